import Foundation
import Planning

/// The built `drivetrain serve` on a port of its own; ended with the last reference.
public final class ServerProcess: Sendable {
  public let process: ChildProcess
  public let port: UInt16
  /// Its second port, if it has one.
  public let grpcPort: UInt16?

  /// - Parameters:
  ///   - arguments: pipelines and options of `drivetrain serve`, without a port.
  ///   - limits: what the shell's `ulimit` sets for it, such as `-n 128`.
  public init(_ arguments: [String], environment: [String: String] = [:], limits: String? = nil) throws {
    let command = [ChildProcess.builtProgram("drivetrain"), "serve", "--port", "0"] + arguments
    let limited = limits.map { ["/bin/sh", "-c", "ulimit \($0); exec \"$0\" \"$@\""] } ?? []
    process = try ChildProcess(
      (limited + command)[0], Array((limited + command).dropFirst()), environment: environment)
    let deadline = Date.now + 60
    while true {
      let said = process.standardError
      if let match = said.firstMatch(
        of: /serving on https?:\/\/[\d.]+:(\d+)(?:, gRPC on port (\d+))?;/),
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
}
