import Foundation
import TestSupport
import Testing
import Wire

/// `drivetrain serve` on a port of its own; ended with the last reference.
final class Server: Sendable {
  private let running: ServerProcess

  var process: ChildProcess { running.process }
  var port: UInt16 { running.port }
  /// Its second port, if it has one.
  var grpcPort: UInt16? { running.grpcPort }

  /// - Parameter limits: what the shell's `ulimit` sets for it, such as `-n 128`.
  init(
    _ pipelines: String..., arguments: [String] = [], environment: [String: String] = [:],
    limits: String? = nil
  ) throws {
    running = try ServerProcess(pipelines + arguments, environment: environment, limits: limits)
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
