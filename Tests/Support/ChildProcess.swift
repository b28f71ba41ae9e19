import Foundation
import Planning

/// A program that runs beside the test, with its output in files.
///
/// Foundation's `Process` would do, but leaks the test's descriptors into the child and spins run loops.
public final class ChildProcess: @unchecked Sendable {
  // Sendable: `folder` and `pid` are constant; `status` is used by the test that owns the process.
  public let pid: pid_t
  private let folder: TemporaryFolder
  private var status: Int32?

  public struct Failure: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
  }

  /// Where programs of these tests keep calibrations and compiled kernels: what the user's machine has measured is
  /// nothing to them.
  private static let cache = try? TemporaryFolder()

  /// Starts the program in the repository's root.
  public init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:], output: String? = nil
  ) throws {
    folder = try TemporaryFolder()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (descriptor, file) in [(Int32(1), output ?? folder.path + "/1"), (2, folder.path + "/2")] {
      posix_spawn_file_actions_addopen(&actions, descriptor, file, O_WRONLY | O_CREAT, 0o600)
    }
    var merged = ProcessInfo.processInfo.environment
    merged["XDG_CACHE_HOME"] = Self.cache?.path
    merged.merge(environment) { $1 }
    let env = "/usr/bin/env"
    var child = pid_t()
    // `env` changes the folder, which posix_spawn can't everywhere, and becomes the program.
    let failure = Self.withCStrings(["env", "-C", Repository.root.path, path] + arguments) { arguments in
      Self.withCStrings(merged.map { "\($0)=\($1)" }) {
        posix_spawn(&child, env, &actions, nil, arguments, $0)
      }
    }
    guard failure == 0 else { throw Failure(description: "\(path): \(String(cString: strerror(failure)))") }
    pid = child
  }

  deinit {
    if status == nil {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
  }

  public var standardOutput: String { text("1") }
  public var standardError: String { text("2") }

  /// What /proc says of the memory at its highest, in bytes.
  public var highestMemory: Int {
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
  }

  public var hasEnded: Bool {
    if status == nil {
      var value: Int32 = 0
      if waitpid(pid, &value, WNOHANG) == pid { status = value }
    }
    return status != nil
  }

  public func signal(_ number: Int32) { if !hasEnded { kill(pid, number) } }

  /// Waits for the end and gives the exit code, or the negative signal that ended the program.
  public func wait(seconds: Int = 60) throws -> Int {
    for _ in 0..<(seconds * 200) where !hasEnded { usleep(5000) }
    guard hasEnded, let status else {
      throw Failure(description: "it still runs after \(seconds) s; it said: \(standardError)")
    }
    return status & 0x7F == 0 ? Int(status >> 8) : -Int(status & 0x7F)
  }

  /// A program that was built with the tests lies beside them.
  public static func builtProgram(_ name: String) -> String {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return (tests as NSString).deletingLastPathComponent + "/" + name
  }

  private func text(_ file: String) -> String {
    let data = FileManager.default.contents(atPath: folder.path + "/" + file) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }

  private static func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers = texts.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else {
        preconditionFailure("the list ends in nil, so is not empty")
      }
      return body(base)
    }
  }
}
