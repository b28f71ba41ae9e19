import Foundation
import TestSupport
import Testing

@testable import Basics

@Suite(.timeLimit(.minutes(60))) struct RegularFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: OddFile.allCases) func onlyRegularFilesAreRead(odd: OddFile) throws {
    let path = folder.path + "/odd"
    try odd.make(at: path)
    let error = try #require(throws: FileError.self) { try RegularFile(path) }
    #expect(error.description == odd.says + "; name a regular file")
    #expect(throws: error) { try Data.read(path, atMost: 10) }
    #expect(throws: error) { try String.read(path) }
  }

  @Test func whatIsNotThere() throws {
    let missing = try #require(throws: FileError.self) { try RegularFile(folder.path + "/none") }
    #expect(missing.description == "No such file or directory")
    let path = try folder.write("a".utf8, to: "a")
    let cut = try #require(throws: FileError.self) { try RegularFile(path + "\0b") }
    #expect(cut.description.contains("NUL"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/loop", withDestinationPath: folder.path + "/loop")
    #expect(throws: FileError.self) { try RegularFile(folder.path + "/loop") }
  }

  @Test(arguments: [0, 1, 4094, 4095, 4096, 4097, 100_000]) func readsAllOrNothing(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let path = try folder.write(bytes, to: "file")
    for limit in [count, count + 1, 1 << 20] { #expect(try Array(Data.read(path, atMost: limit)) == bytes) }
    guard count > 0 else { return }
    #expect(throws: FileError.self) { try Data.read(path, atMost: count - 1) }
    #expect(try RegularFile(path).read(atMost: count - 1) == nil)
  }

  /// The kernel makes them up as they are read: they have no size.
  @Test func filesOfTheKernel() throws {
    #expect(try RegularFile("/proc/self/status").size == 0)
    #expect(try String.read("/proc/self/status").hasPrefix("Name:"))
    #expect(try RegularFile("/proc/self/status").read(atMost: 10) == nil)
    // Its first page is nobody's.
    #expect(throws: FileError.self) { try Data.read("/proc/self/mem", atMost: 10) }
  }

  @Test func whatChangesWhileItIsRead() throws {
    let path = try folder.write(Array(repeating: 7, count: 10_000), to: "file")
    let file = try RegularFile(path)
    try #require(truncate(path, 5000) == 0)
    #expect(try file.read(atMost: 10_000)?.count == 5000)
    var bytes = [UInt8](repeating: 0, count: 10_000)
    #expect(try bytes.withUnsafeMutableBytes { try file.read(at: 4000, into: $0) } == 1000)
    try Data(count: 50_000).write(to: URL(filePath: path))
    // The same file, unless writing has put another in its place.
    #expect(try file.read(atMost: 60_000).map { [5000, 50_000].contains($0.count) } == true)
  }

  @Test func textIsUTF8() throws {
    #expect(try String.read(folder.write("größer".utf8, to: "text")) == "größer")
    #expect(throws: FileError("it is not UTF-8 text")) {
      try String.read(folder.write([0x61, 0xFF], to: "bytes"))
    }
  }

  @Test(arguments: [OddFile.pipe, .socket, .linkToPipe, .folder]) func nothingIsWrittenToOddFiles(
    odd: OddFile
  ) throws {
    let path = folder.path + "/odd"
    try odd.make(at: path)
    #expect(throws: FileError.self) { try WholeFile(path: path) }
    #expect(throws: FileError.self) { try Data([1]).writeWhole(to: path) }
    let beside = folder.path + "/file"
    try odd.make(at: beside + ".tmp")
    #expect(throws: FileError.self) { try WholeFile(path: beside) }
  }

  /// A pipe that somebody reads is written to.
  @Test func aPipeWithAReader() throws {
    let path = folder.path + "/pipe"
    try OddFile.pipe.make(at: path)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    try Data("abc".utf8).writeWhole(to: path)
    var bytes = [UInt8](repeating: 0, count: 10)
    #expect(read(reader, &bytes, 10) == 3 && bytes.starts(with: "abc".utf8))
  }
}

@Suite struct FolderTests {
  @Test func listsWhatIsThere() throws {
    let folder = try TemporaryFolder()
    for index in 0..<300 { try folder.write([], to: "file\(index)") }
    try FileManager.default.createDirectory(
      atPath: folder.path + "/größer", withIntermediateDirectories: true)
    try OddFile.linkToPipe.make(at: folder.path + "/link")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/to", withDestinationPath: "größer")
    let entries = try Folder.entries(of: folder.path)
    #expect(entries.count == 304)
    #expect(Set(entries.filter { $0.isFolder(in: folder.path) }.map(\.name)) == ["größer", "to"])
    #expect(throws: FileError("it has more than 303 entries")) {
      try Folder.entries(of: folder.path, atMost: 303)
    }
    #expect(throws: FileError.self) { try Folder.entries(of: folder.path + "/file1") }
    #expect(throws: FileError.self) { try Folder.entries(of: folder.path + "/none") }
  }
}
