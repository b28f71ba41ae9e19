import Basics
import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Basics

struct WholeFileTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path + "/file"
  }

  private func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  private func write(_ text: String, to file: WholeFile) throws {
    try Array(text.utf8).withUnsafeBytes { try file.write($0) }
  }

  @Test func aFileAppearsWhenItIsCommitted() throws {
    let file = try WholeFile(path: path)
    try write("hello ", to: file)
    try write("world", to: file)
    try Array("J".utf8).withUnsafeBytes { try file.overwrite(at: 0, with: $0) }
    #expect(text(path) == nil)
    try file.commit()
    #expect(text(path) == "Jello world")
    #expect(try names == ["file"])
  }

  @Test func aFileThatIsDroppedLeavesWhatWasThere() throws {
    try Data("before".utf8).writeWhole(to: path)
    do {
      let file = try WholeFile(path: path)
      try write("after", to: file)
    }
    #expect(text(path) == "before")
    #expect(try names == ["file"])
  }

  @Test func whatAKilledWriterLeftIsTakenOver() throws {
    try folder.write(Data("much longer than what follows".utf8), to: "file.tmp")
    try Data("short".utf8).writeWhole(to: path)
    #expect(text(path) == "short")
    #expect(try names == ["file"])
  }

  @Test func aLinkIsFollowed() throws {
    try folder.write(Data("old".utf8), to: "target")
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.path + "/target")
    try Data("new".utf8).writeWhole(to: path)
    #expect(text(folder.path + "/target") == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == folder.path + "/target")
    #expect(try names == ["file", "target"])
  }

  @Test func whatIsNoFileIsWrittenAsItIs() throws {
    try Data("gone".utf8).writeWhole(to: "/dev/null")
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func whatCanNotBeWrittenIsTold() throws {
    func reason(_ path: String) -> String {
      let error = #expect(throws: FileError.self) { try Data("x".utf8).writeWhole(to: path) }
      return error?.description ?? ""
    }
    #expect(
      reason(folder.path + "/no/file") == "can't write \(folder.path)/no/file: No such file or directory")
    #expect(throws: FileError.self) { try WholeFile(path: folder.path) }
    #expect(reason("/dev/full") == "can't write /dev/full: No space left on device")
  }

  /// Threads that write one path at the same time: the file is always that of one of them.
  @Test func writersOfOnePathTakeTurns() throws {
    let path = path
    let failures = Locked(0)
    DispatchQueue.concurrentPerform(iterations: 4) { writer in
      for _ in 0..<20 {
        do {
          let bytes = Data(repeating: UInt8(writer), count: 10_000 * (writer + 1))
          try bytes.writeWhole(to: path)
          let found = try Data(contentsOf: URL(filePath: path))
          let isWhole = found.allSatisfy { $0 == found[0] } && found.count == 10_000 * (Int(found[0]) + 1)
          if !isWhole { failures.withLock { $0 += 1 } }
        } catch {
          failures.withLock { $0 += 1 }
        }
      }
    }
    #expect(failures.withLock { $0 } == 0)
    #expect(try names == ["file"])
  }
}
