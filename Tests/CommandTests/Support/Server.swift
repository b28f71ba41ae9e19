import Foundation
import TestSupport
import Testing
import Wire

/// `drivetrain serve` on a port of its own; ended with the last reference.
final class Server: Sendable {
  let process: ChildProcess
  let port: UInt16
  /// Its second port, if it has one.
  let grpcPort: UInt16?

  /// - Parameter limits: what the shell's `ulimit` sets for it, such as `-n 128`.
  init(
    _ pipelines: String..., arguments: [String] = [], environment: [String: String] = [:],
    limits: String? = nil
  ) throws {
    let command = [Drivetrain.path, "serve"] + pipelines + ["--port", "0"] + arguments
    let limited = limits.map { ["/bin/sh", "-c", "ulimit \($0); exec \"$0\" \"$@\""] } ?? []
    process = try ChildProcess(
      (limited + command)[0], Array((limited + command).dropFirst()), environment: environment)
    let deadline = Date.now + 60
    while true {
      let said = process.standardError
      if let match = said.firstMatch(
        of: /serving on https?:\/\/127\.0\.0\.1:(\d+)(?:, gRPC on port (\d+))?;/),
        let port = UInt16(match.1)
      {
        self.port = port
        grpcPort = match.2.flatMap { UInt16($0) }
        return
      }
      guard !process.hasEnded, Date.now < deadline else {
        throw ChildProcess.Failure(description: "the server did not start: \(said)")
      }
      usleep(10_000)
    }
  }

  func connect() throws -> HTTP1Connection { try HTTP1Connection(port: port) }

  func get(_ path: String) throws -> Response { try connect().request("GET", path) }

  /// Sends an image to a pipeline.
  func infer(_ image: Data, _ pipeline: String = "classify", type: String? = "image/jpeg") throws -> Response
  {
    try connect().request(
      "POST", "/v2/models/\(pipeline)/infer", headers: type.map { ["Content-Type": $0] } ?? [:], body: image)
  }

  /// Stops it as a supervisor does, and gives its exit code.
  func terminate() throws -> Int {
    process.signal(SIGTERM)
    return try process.wait()
  }
}

/// Runs `body` on `count` threads at once and gives what each returned.
func concurrently<Value: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) throws -> Value
) -> [Result<Value, any Error>] {
  let results = Results<Value>(count)
  let group = DispatchGroup()
  for index in 0..<count {
    group.enter()
    Thread.detachNewThread {
      results.set(index, Result { try body(index) })
      group.leave()
    }
  }
  group.wait()
  return results.all
}

private final class Results<Value: Sendable>: @unchecked Sendable {
  // Sendable: `lock` guards `values`.
  private let lock = NSLock()
  private var values: [Result<Value, any Error>?]

  init(_ count: Int) { values = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ value: Result<Value, any Error>) { lock.withLock { values[index] = value } }

  var all: [Result<Value, any Error>] { lock.withLock { values.compactMap { $0 } } }
}
