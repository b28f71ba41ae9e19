import Foundation

/// Files that tests need: the repository's own, and what `Scripts/setup` has put into `.deps`.
public enum Repository {
  public struct Missing: Error, CustomStringConvertible {
    let path: String
    public var description: String { "\(path) is missing: run Scripts/setup" }
  }

  public static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

  /// The path of a file of the repository, which must exist.
  public static func path(_ relative: String) throws -> String {
    let path = root.appending(path: relative).path
    guard FileManager.default.fileExists(atPath: path) else { throw Missing(path: relative) }
    return path
  }

  /// The text of one of the shipped pipelines, which can be read from any folder.
  public static func pipeline(_ name: String) throws -> String {
    try String(contentsOfFile: path("Pipelines/\(name).yaml"), encoding: .utf8)
      .replacing("../.deps", with: path(".deps"))
  }

  public static func image(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: try path(".deps/images/" + name)))
  }
}

/// A folder of its own for a test, gone when the last reference goes.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() throws {
    path = NSTemporaryDirectory() + "drivetrain-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and returns its path.
  @discardableResult
  public func write(_ data: some Sequence<UInt8>, to name: String) throws -> String {
    let file = path + "/" + name
    try Data(data).write(to: URL(filePath: file))
    return file
  }
}
