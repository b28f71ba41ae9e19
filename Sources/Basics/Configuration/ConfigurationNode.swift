import Foundation
import Yams

/// A value in a YAML file, read strictly: a wrong type, an impossible value or a misspelt key is an error
/// that names the file, the line and the nearest valid key.
public struct ConfigurationNode: Equatable {
  /// The value in messages, such as `stage 'decode'`.
  public let path: String
  public let file: String
  /// Counted from 1; the key's line for a value in a mapping.
  public let line: Int
  let node: Node

  /// Configuration files are small; a larger file is a mistake or an attack.
  public static let maximumBytes = 256 * 1024

  /// Reads a file.
  public init(contentsOf file: String) throws(ConfigurationError) {
    try self.init(yaml: Self.text(of: file), file: file)
  }

  /// The text of a file.
  public static func text(of file: String) throws(ConfigurationError) -> String {
    do {
      return try String.read(file, atMost: maximumBytes)
    } catch {
      throw ConfigurationError(file: file, reason: "can't be read: \(error)")
    }
  }

  public init(yaml: String, file: String) throws(ConfigurationError) {
    if let (line, reason) = Self.trap(in: yaml) {
      throw ConfigurationError(file: file, line: line, reason: reason)
    }
    do {
      guard let node = try Yams.compose(yaml: yaml) else {
        throw ConfigurationError(file: file, reason: "is empty")
      }
      self.init(node: node, file: file, path: "the file")
    } catch let error as ConfigurationError {
      throw error
    } catch let error as YamlError {
      throw ConfigurationError(
        file: file, line: Self.line(of: error, in: yaml), reason: Self.reason(of: error))
    } catch {
      throw ConfigurationError(file: file, reason: "\(error)")
    }
  }

  init(node: Node, file: String, path: String, line: Int? = nil) {
    self.node = node
    self.file = file
    self.path = path
    self.line = line ?? node.mark?.line ?? 0
  }

  /// Whether both have the same content, wherever it is written.
  public static func == (a: ConfigurationNode, b: ConfigurationNode) -> Bool { a.node == b.node }

  /// The file's name without its folder and extension.
  public var fileStem: String {
    ((file as NSString).lastPathComponent as NSString).deletingPathExtension
  }

  /// The name that the file gives, or `otherwise`.
  package func name(_ node: ConfigurationNode?, otherwise name: String) throws(ConfigurationError) -> String {
    if let node { return try node.name() }
    if let flaw = name.flawAsName {
      throw error("the name '\(name.printable(atMost: 60))' \(flaw); give another one by 'name'")
    }
    return name
  }

  /// An error at this value.
  public func error(_ reason: String) -> ConfigurationError {
    ConfigurationError(file: file, line: line, reason: reason)
  }

  /// A construct that the YAML parser must not see. The parser recurses for each level, and expands each
  /// alias.
  ///
  /// A block is nested no deeper than the column where its line's content begins. Line starts are
  /// overestimated, because YAML also ends lines at some characters beyond ASCII.
  private static func trap(in yaml: String) -> (line: Int, reason: String)? {
    let bytes = Array(yaml.utf8)
    var (line, column, brackets) = (1, 0, 0)
    var isBeforeContent = true
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"), 0x80...:
        if byte == UInt8(ascii: "\n") { line += 1 }
        isBeforeContent = true
        column = 0
      case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
        if isBeforeContent { column += 1 }
      default:
        isBeforeContent = false
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "{"): brackets += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"): brackets = max(0, brackets - 1)
        case UInt8(ascii: "&") where isAnchor(at: index, in: bytes):
          return (line, "has an anchor ('&'); write its value out wherever it is needed")
        default: break
        }
      }
      if column > 128 || brackets > 64 { return (line, "is nested too deeply") }
    }
    return nil
  }

  private static func isAnchor(at index: Int, in bytes: [UInt8]) -> Bool {
    let before = index > 0 ? bytes[index - 1] : UInt8(ascii: "\n")
    let after = index + 1 < bytes.count ? bytes[index + 1] : UInt8(ascii: "\n")
    return (before >= 0x80 || " \t\r\n,:[{".utf8.contains(before)) && !" \t\r\n".utf8.contains(after)
  }

  private static func line(of error: YamlError, in yaml: String) -> Int {
    switch error {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
    case .duplicatedKeysInMapping(let keys, let context):
      keys.first.flatMap { repetition(of: $0, in: yaml, at: context.mark) } ?? context.mark.line
    default: 0
    }
  }

  /// The line of a mapping's second use of a key, if each key has a line of its own.
  private static func repetition(of key: String, in yaml: String, at mark: Mark) -> Int? {
    let lines = yaml.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let places = lines.indices.dropFirst(mark.line - 1).filter { index in
      let line = lines[index]
      let text = line.drop { $0 == " " }
      return line.count - text.count == mark.column - 1
        && [key, "'\(key)'", "\"\(key)\""].contains { text.hasPrefix($0 + ":") }
    }
    return places.count > 1 ? places[1] + 1 : nil
  }

  private static func reason(of error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
      problem
    case .duplicatedKeysInMapping(let keys, _):
      "key '\(keys.joined(separator: "', '").printable(atMost: 200))' is given twice"
    case .reader(let problem, _, _, _): problem
    default: "is not valid YAML"
    }
  }
}
