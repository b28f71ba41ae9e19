import Basics
import Foundation
import TestSupport
import Testing
import Wire

@testable import Dataflow

/// SIGTERM: what was accepted is answered, nothing else is waited for, and the exit code is 0.
@Suite struct ShutdownTests {
  @Test(arguments: [SIGTERM, SIGINT]) func answersWhatIsInFlight(signal: Int32) throws {
    let server = try Server("classify")
    let image = try Repository.image("large.jpg")
    let connections = try (0..<8).map { _ in try server.connect() }
    for connection in connections {
      let headers = ["Content-Type": "image/jpeg", "Content-Length": "\(image.count)"]
      try connection.sendHead("POST", "/v2/models/classify/infer", headers)
      try connection.send(image.dropLast())
    }
    // Another connection's answer says that the server has seen all heads.
    #expect(try server.get("/v2/health/live").status == 200)
    server.process.signal(signal)
    for connection in connections { try connection.send(image.suffix(1)) }
    for connection in connections {
      let response = try connection.response()
      #expect(response.status == 200, "\(response.error)")
      #expect(try response.report().items[0].outputs?.count == 5)
    }
    #expect(try server.process.wait() == 0)
    #expect(throws: (any Error).self) { try server.connect() }
  }

  @Test func doesNotWaitForIdleConnections() throws {
    let server = try Server("classify")
    let used = try server.connect()
    let unused = try server.connect()
    #expect(try used.request("GET", "/v2/health/live").status == 200)
    server.process.signal(SIGTERM)
    #expect(try server.process.wait(seconds: 10) == 0)
    #expect(used.isClosedByServer() && unused.isClosedByServer())
  }

  @Test func twoSignalsAreOne() throws {
    let server = try Server("classify")
    server.process.signal(SIGTERM)
    server.process.signal(SIGTERM)
    #expect(try server.process.wait() == 0)
  }

  /// Clients that never pause: each has an answer to everything that was taken in, and then no connection any more.
  @Test func underLoad() throws {
    let server = try Server("classify")
    let image = try Repository.image("small.jpg")
    #expect(try server.infer(image).status == 200)
    let clients = Locked<[Response]>([])
    let isOver = Locked(false)
    let group = DispatchGroup()
    for _ in 0..<8 {
      group.enter()
      Thread.detachNewThread {
        defer { group.leave() }
        while !isOver.withLock({ $0 }), let connection = try? server.connect() {
          let path = "/v2/models/classify/infer"
          while let response = try? connection.request(
            "POST", path, headers: ["Content-Type": "image/jpeg"], body: image)
          {
            clients.withLock { $0.append(response) }
          }
        }
      }
    }
    usleep(1_000_000)
    server.process.signal(SIGTERM)
    #expect(try server.process.wait(seconds: 30) == 0)
    isOver.withLock { $0 = true }
    group.wait()
    let answers = clients.withLock { $0 }
    #expect(answers.count > 8)
    for answer in answers { #expect(answer.status == 200 || answer.status == 503, "\(answer.error)") }
  }

  /// The same for calls of gRPC: four, of 12 images each.
  @Test func answersCallsOfGRPC() throws {
    let server = try Server("classify")
    let port = try #require(server.grpcPort)
    let client = try ChildProcess(
      try Repository.path(".deps/python/bin/python"),
      ["-c", Self.calls, "127.0.0.1:\(port)", try Repository.path(".deps/images/medium.jpg")])
    let deadline = Date.now + 60
    // More than three calls have.
    while try Self.inFlight(server) <= 36 {
      try #require(Date.now < deadline && !client.hasEnded, "\(client.standardError)")
      usleep(1000)
    }
    server.process.signal(SIGTERM)
    #expect(try client.wait() == 0, "\(client.standardError)")
    #expect(client.standardOutput == "4\n")
    #expect(try server.process.wait(seconds: 30) == 0)
  }

  private static func inFlight(_ server: Server) throws -> Int {
    let metrics = String(decoding: try server.get("/metrics").body, as: UTF8.self)
    let match = metrics.firstMatch(of: /drivetrain_requests_in_flight{model="classify"} (\d+)/)
    return match.flatMap { Int($0.1) } ?? 0
  }

  private static let calls = """
    import queue, sys
    import numpy as np
    import tritonclient.grpc as triton
    client = triton.InferenceServerClient(sys.argv[1])
    image = triton.InferInput("image", [12, 1], "BYTES")
    image.set_data_from_numpy(np.array([[open(sys.argv[2], "rb").read()]] * 12, dtype=object))
    answers = queue.Queue()
    for _ in range(4):
        client.async_infer("classify", [image], lambda result, error: answers.put(error), timeout=60_000_000)
    errors = [answers.get(timeout=60) for _ in range(4)]
    assert errors == [None] * 4, [str(error) for error in errors]
    print(len(errors))
    """
}
