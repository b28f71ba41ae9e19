import Foundation
import TestSupport
import Testing

/// Code that a page shows is code that a test compiles: the lines between `// Begin: …` and `// End: …` of a file in Tests/.
@Suite struct PagesTests {
  private static let root = Repository.root.path

  private static func files(in folder: String, ending: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: root + "/" + folder).filter { $0.hasSuffix(ending) }
      .map { "\(root)/\(folder)/\($0)" }
  }

  private static func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func examples() throws {
    let documentation = try Self.files(in: "Documentation", ending: ".md")
    let landing = try Self.files(in: "Sources", ending: ".md")
    let pages = try (documentation + landing + [Self.root + "/README.md"]).map(Self.text).joined()
    var count = 0
    for path in try Self.files(in: "Tests", ending: ".swift") where !path.hasSuffix("PagesTests.swift") {
      for part in try Self.text(path).components(separatedBy: "// Begin: ").dropFirst() {
        let lines = part.components(separatedBy: "// End: ")[0].split(
          separator: "\n", omittingEmptySubsequences: false)
        let code = lines.dropFirst().joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(pages.contains(code), "no page shows the example of \(path)")
        count += 1
      }
    }
    #expect(count >= 7)
  }
}
