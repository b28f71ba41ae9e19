import Foundation
import TestSupport
import Testing

/// What is true of the tiny graphs in `.deps/graphs`.
enum GraphManifest {
  static func entries() throws -> [Entry] {
    struct Broken: Error {}
    let data = try Data(contentsOf: URL(filePath: Repository.path(".deps/graphs/manifest.json")))
    guard let manifest = try JSONSerialization.jsonObject(with: data) as? [String: Any],
      let graphs = manifest["graphs"] as? [[String: Any]]
    else { throw Broken() }
    return try graphs.map { graph in
      guard let file = graph["file"] as? String else { throw Broken() }
      return Entry(file: file, json: try JSONSerialization.data(withJSONObject: graph))
    }
  }

  /// A graph, or an export's folder.
  struct Entry: Sendable, CustomTestStringConvertible {
    let file: String
    fileprivate let json: Data

    var testDescription: String { file }

    func path() throws -> String { try Repository.path(".deps/graphs/" + file) }

    subscript(key: String) -> Any? { (try? JSONSerialization.jsonObject(with: json) as? [String: Any])?[key] }

    /// Everything that the manifest says of it, the description says, too.
    func check(_ description: String, except keys: Set<String> = []) throws {
      let given = try #require(
        JSONSerialization.jsonObject(with: Data(description.utf8)) as? [String: Any])
      #expect(
        Set(given.keys) == ["task", "head", "input", "preprocessing", "labels", "sources", "pipeline"])
      for key in ["task", "head"] {
        guard let expected = self[key] as? String else { continue }
        #expect(given[key] as? String == expected, "\(key)")
      }
      for part in ["input", "preprocessing", "labels", "sources"] {
        guard let expected = self[part] as? [String: Any] else { continue }
        let found = try #require(given[part] as? [String: Any])
        for (key, value) in expected where part != "sources" && part != "preprocessing" || !keys.contains(key)
        {
          #expect(
            Self.isSame(found[key], value), "\(part).\(key): \(String(describing: found[key])), not \(value)")
        }
      }
    }

    /// Numbers may differ by what a division by 255 and back leaves.
    private static func isSame(_ found: Any?, _ expected: Any) -> Bool {
      if let found = found as? String, let expected = expected as? String { return found == expected }
      if let found = found as? [Any], let expected = expected as? [Any] {
        return found.count == expected.count && zip(found, expected).allSatisfy { isSame($0, $1) }
      }
      guard let found = found as? NSNumber, let expected = expected as? NSNumber else { return false }
      return abs(found.doubleValue - expected.doubleValue) <= 1e-6 * max(1, abs(expected.doubleValue))
    }
  }
}
