import Foundation
import TestSupport
import Testing

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
}
