import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Vision

/// What the page about pipelines' files says is what the code reads.
@Suite struct PipelineFileTests {
  private let page: String

  init() throws {
    page = try String(contentsOfFile: Repository.path("Documentation/PipelineFile.md"), encoding: .utf8)
  }

  /// The keys in the first column of a section's table.
  private func keys(_ section: String) throws -> Set<String> {
    let rest = try #require(page.components(separatedBy: "\n## \(section)\n").dropFirst().first, "\(section)")
    let rows = rest.components(separatedBy: "\n## ")[0].split(separator: "\n").filter { $0.hasPrefix("| `") }
    return Set(
      rows.flatMap { row in
        row.split(separator: "|").first.map { $0.matches(of: /`([a-z0-9_]+)`/).map { String($0.1) } } ?? []
      })
  }

  @Test(arguments: StageRegistry.vision.kinds.map(\.name)) func everyKeyOfAStage(kind: String) throws {
    let stage = try #require(StageRegistry.vision.kinds.first { $0.name == kind })
    #expect(try keys(kind) == Set(stage.keys))
  }

  @Test func everyHead() {
    for head in DetectionHeads.all { #expect(page.contains("`\(head.name)`"), "\(head.name)") }
  }

  @Test func everyKeyOfTheFile() throws {
    #expect(try keys("How it is served") == Set(ServingSettings.keys))
    #expect(
      try keys("The file").union(["tolerance"]) == [
        "name", "description", "stages", "from", "edges", "inputs", "outputs", "tolerance",
      ])
  }
}
