import Basics
import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Serving

@Suite struct ModelRepositoryTests {
  private let folder: RepositoryFolder
  private let repository: ModelRepository

  init() throws {
    folder = try RepositoryFolder()
    repository = try ModelRepository(folder.path)
  }

  @Test func versionsAreWholeNumbersFrom1() throws {
    for entry in ["1", "10", "9", "0", "-1", "01", "+2", "v3", "1.5", "", "99999999999999999999", ".4"] {
      try folder.makeVersion(entry, of: "a")
    }
    try folder.write("no directory".utf8, "notes", 1, of: "a")
    try Data().write(to: URL(filePath: folder.path + "/a/7"))
    #expect(try repository.versions(of: "a") == [10, 9, 1])
  }

  @Test func whatIsNoModelIsPassedOver() throws {
    try folder.makeVersion("1", of: "b")
    try folder.makeVersion("2", of: "a")
    try folder.makeVersion("1", of: ".git")
    try folder.makeVersion("newest", of: "without-versions")
    try folder.makeVersion("1", of: String(repeating: "x", count: 129))
    try Data().write(to: URL(filePath: folder.path + "/README.md"))
    #expect(try repository.names() == ["a", "b"])
  }

  /// It is told, in one harmless line each.
  @Test func whatIsPassedOverIsTold() throws {
    try folder.makeVersion("1", of: "good")
    for name in ["a\nb", "\u{1B}[31m", String(repeating: "n", count: 129), "\u{202E}txt"] {
      try folder.makeVersion("1", of: name)
    }
    try folder.makeVersion("01", of: "zero-in-front")
    try folder.makeVersion("1", of: ".hidden")
    for odd in OddFile.allCases where odd != .folder { try odd.make(at: folder.path + "/\(odd.rawValue)") }
    let (names, ignored) = try repository.contents()
    #expect(names == ["good"] && ignored.count == 5, "\(ignored)")
    for line in ignored {
      #expect(line.contains("is passed over: ") && line == line.printable && line.utf8.count < 600, "\(line)")
    }
    #expect(
      ignored.contains { $0.contains("a\\u{A}b is passed over: its name has the control character U+A") })
    #expect(ignored.contains { $0.contains("zero-in-front is passed over: it has no version") })
  }

  /// Whatever is there, the answer is bounded.
  @Test func crowdsAreBounded() throws {
    for index in 0..<1010 { try folder.makeVersion("1", of: "m\(index)") }
    for version in 1...150 { try folder.makeVersion("\(version)", of: "m0") }
    let (names, ignored) = try repository.contents()
    #expect(names.count == 1000 && ignored.count == 10)
    #expect(try repository.versions(of: "m0") == (51...150).reversed())
  }

  @Test func brokenLinksAndOddVersions() throws {
    for version in ["1", "5"] { try folder.makeVersion(version, of: "a") }
    let files = FileManager.default
    try files.createSymbolicLink(atPath: folder.path + "/a/9", withDestinationPath: "/nonexistent")
    try files.createSymbolicLink(atPath: folder.path + "/a/8", withDestinationPath: folder.path + "/a/8")
    for (version, odd) in zip(20..., OddFile.allCases) where odd != .folder {
      try odd.make(at: folder.path + "/a/\(version)")
    }
    #expect(try repository.versions(of: "a") == [5, 1])
  }

  @Test func symbolicLinksAreFollowed() throws {
    let real = try folder.makeVersion("1", of: "real")
    let files = FileManager.default
    try files.createSymbolicLink(atPath: folder.path + "/real/2", withDestinationPath: real)
    try files.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: folder.path + "/real")
    try files.createSymbolicLink(atPath: folder.path + "/loop", withDestinationPath: folder.path + "/loop")
    #expect(try repository.names() == ["link", "real"])
    #expect(try repository.versions(of: "link") == [2, 1])
  }

  @Test func aPipelineComesBeforeAModel() throws {
    let version = try folder.makeVersion("1", of: "a")
    #expect(throws: RepositoryError.empty(version)) { try repository.reference(of: "a", version: 1) }
    try folder.write([], "model.onnx", 1, of: "a")
    #expect(try repository.reference(of: "a", version: 1) == version + "/model.onnx")
    try folder.write([], "pipeline.yaml", 1, of: "a")
    #expect(try repository.reference(of: "a", version: 1) == version + "/pipeline.yaml")
  }

  @Test(
    arguments: [
      "", ".", "..", "../a", "a/b", "/etc", ".hidden", "a\0b", "a\nb", "\u{1B}",
      String(repeating: "x", count: 129),
    ])
  func namesThatLeadElsewhere(name: String) throws {
    try folder.makeVersion("1", of: "a")
    #expect(throws: RepositoryError.wrongName(name)) { try repository.versions(of: name) }
  }

  @Test func unknownModels() throws {
    try folder.makeVersion("none", of: "empty")
    for name in ["nothing", "empty"] {
      #expect(throws: RepositoryError.unknown(name, repository: folder.path)) {
        try repository.versions(of: name)
      }
    }
  }

  @Test func noDirectory() throws {
    let error = try #require(throws: FileError.self) { try ModelRepository(folder.path + "/none") }
    #expect(error.description.contains(folder.path + "/none"), "\(error)")
  }
}
