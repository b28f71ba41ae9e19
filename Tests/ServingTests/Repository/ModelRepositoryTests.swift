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
    arguments: ["", ".", "..", "../a", "a/b", "/etc", ".hidden", "a\0b", String(repeating: "x", count: 129)])
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
