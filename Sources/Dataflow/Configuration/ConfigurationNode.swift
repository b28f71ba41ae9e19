import Foundation
import Yams

/// A value in a YAML file that is read strictly: a wrong type, an impossible value or a misspelt key is an error
/// that names the file, the line and the nearest valid key.
public struct ConfigurationNode {
  /// What to call this in messages, such as `stage 'decode'`.
  public let path: String
  public let file: String
  let node: Node

  /// Files of configuration are small; a larger one is a mistake or an attack.
  public static let maximumBytes = 256 * 1024

  /// Reads a file.
  public init(contentsOf file: String) throws(ConfigurationError) {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw ConfigurationError(file: file, reason: "can't be read; check the path and its permissions")
    }
    guard data.count <= Self.maximumBytes else {
      throw ConfigurationError(
        file: file, reason: "has \(data.count) bytes; a configuration has at most \(Self.maximumBytes)")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw ConfigurationError(file: file, reason: "is not UTF-8 text")
    }
    try self.init(yaml: text, file: file)
  }

  public init(yaml: String, file: String) throws(ConfigurationError) {
    if let line = Self.tooDeepLine(yaml) {
      throw ConfigurationError(file: file, line: line, reason: "is nested too deeply")
    }
    do {
      guard let node = try Yams.compose(yaml: yaml) else {
        throw ConfigurationError(file: file, reason: "is empty")
      }
      self.init(node: node, file: file, path: "the file")
    } catch let error as ConfigurationError {
      throw error
    } catch let error as YamlError {
      throw ConfigurationError(file: file, line: Self.line(of: error), reason: Self.reason(of: error))
    } catch {
      throw ConfigurationError(file: file, reason: "\(error)")
    }
  }

  init(node: Node, file: String, path: String) {
    self.node = node
    self.file = file
    self.path = path
  }

  /// The file's name without its folder and extension.
  public var fileStem: String {
    ((file as NSString).lastPathComponent as NSString).deletingPathExtension
  }

  /// An error at this value.
  public func error(_ reason: String) -> ConfigurationError {
    ConfigurationError(file: file, line: node.mark?.line ?? 0, reason: reason)
  }

  /// The YAML parser descends once for each level, so the depth is bounded before it starts.
  private static func tooDeepLine(_ yaml: String) -> Int? {
    var flow = 0
    for (index, line) in yaml.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var block = 0
      for character in line.utf8 {
        switch character {
        case UInt8(ascii: "["), UInt8(ascii: "{"): flow += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"): flow = max(0, flow - 1)
        case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"): block += 1
        default: break
        }
      }
      if flow > 64 || block > 256 { return index + 1 }
    }
    return nil
  }

  private static func line(of error: YamlError) -> Int {
    switch error {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
    case .duplicatedKeysInMapping(_, let context): context.mark.line
    default: 0
    }
  }

  private static func reason(of error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
      problem
    case .duplicatedKeysInMapping(let keys, _):
      "key '\(keys.map(\.description).sorted().joined(separator: "', '"))' is given twice"
    default: "is not valid YAML"
    }
  }
}
