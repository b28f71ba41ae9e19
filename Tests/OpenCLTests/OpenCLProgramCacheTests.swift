import Basics
import Dataflow
import Foundation
import TestSupport
import Testing

@testable import OpenCL

@Suite struct OpenCLProgramCacheTests {
  private let device: OpenCLDevice
  private let folder: TemporaryFolder
  private let cache: OpenCLProgramCache
  private let source = OpenCLProgramSource(
    name: "answer", text: "kernel void answer(global int *x) { *x = ANSWER; }", options: "-DANSWER=42")

  init() throws {
    device = try .forTests()
    folder = try TemporaryFolder()
    cache = OpenCLProgramCache(folder: folder.path + "/cache")
  }

  private func build() throws -> OpenCLProgram {
    try OpenCLProgram(source, for: device, in: device.context(), cache: cache)
  }

  private func answer(of program: OpenCLProgram) throws -> Int32 {
    let (buffer, queue) = (try device.makeOpenCLBuffer(byteCount: 4), try device.makeOpenCLQueue())
    try queue.launch(program.kernel("answer"), [.buffer(buffer)], over: [1], inGroupsOf: [1])
    var answer: Int32 = 0
    try withUnsafeMutableBytes(of: &answer) {
      try queue.read(buffer, into: $0)
      try queue.finish()
    }
    return answer
  }

  private var path: String { cache.path(of: source, for: device) }

  @Test func keepsAndLoads() throws {
    #expect(cache.binary(of: source, for: device) == nil)
    #expect(try answer(of: build()) == 42)
    let file = try #require(FileManager.default.contents(atPath: path))
    #expect(cache.binary(of: source, for: device) != nil)
    #expect(try answer(of: build()) == 42)
    #expect(FileManager.default.contents(atPath: path) == file)
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache.folder).count == 1)
  }

  /// At every kind of place: magic, origin, checksum, binary; and a file that ends early.
  @Test func damagedFilesAreBuiltAnew() throws {
    _ = try build()
    let file = try #require(FileManager.default.contents(atPath: path))
    var damaged = [3, 22, 40, file.count - 1, file.count / 2].map { position in
      var copy = file
      copy[position] ^= 1
      return copy
    }
    damaged += [0, 10, file.count / 2, file.count - 1].map { file.prefix($0) }
    for bytes in damaged {
      try Data(bytes).write(to: URL(filePath: path))
      #expect(cache.binary(of: source, for: device) == nil)
      #expect(try answer(of: build()) == 42)
      #expect(cache.binary(of: source, for: device) != nil)
    }
  }

  /// A whole file with a binary that the driver refuses.
  @Test func refusedBinariesAreBuiltAnew() throws {
    try cache.keep(Data("no program".utf8), of: source, for: device)
    #expect(cache.binary(of: source, for: device) == Data("no program".utf8))
    #expect(try answer(of: build()) == 42)
    #expect(cache.binary(of: source, for: device) != Data("no program".utf8))
  }

  @Test func programsAreToldApart() throws {
    _ = try build()
    let other = OpenCLProgramSource(name: "answer", text: source.text, options: "-DANSWER=43")
    #expect(cache.path(of: other, for: device) != path)
    // As after a collision of hashes.
    try FileManager.default.copyItem(atPath: path, toPath: cache.path(of: other, for: device))
    #expect(cache.binary(of: other, for: device) == nil)
  }

  @Test func anUnwritableFolderIsDoneWithout() throws {
    try folder.write(Data(), to: "cache")
    #expect(try answer(of: build()) == 42)
    #expect(cache.binary(of: source, for: device) == nil)
  }

  @Test func binariesAreLoadedFromFiles() throws {
    let binary = try #require(build().binary)
    let file = try folder.write(binary, to: "answer.aocx")
    #expect(try answer(of: OpenCLProgram(binaryAt: file, for: device)) == 42)
  }

  @Test func filesThatAreNoBinaries() throws {
    let missing = try #require(throws: DeviceError.self) {
      try OpenCLProgram(binaryAt: folder.path + "/none", for: device)
    }
    #expect("\(missing)".contains("/none: the file can't be read: No such file"), "\(missing)")
    let file = try folder.write(Data("text".utf8), to: "text")
    let error = try #require(throws: DeviceError.self) { try OpenCLProgram(binaryAt: file, for: device) }
    #expect("\(error)".contains("can't load the program '\(file)': CL_INVALID_BINARY"), "\(error)")
  }
}
