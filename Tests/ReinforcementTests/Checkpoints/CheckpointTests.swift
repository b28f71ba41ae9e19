import Dataflow
import Foundation
import Reinforcement
import TestSupport
import Testing

struct CheckpointTests {
  struct Settings: Codable, Equatable {
    var name: String
    var number: Double
    var single: Float
    var bits: UInt64
    var list: [Int]
  }

  /// An object with another one inside.
  final class Counter: Checkpointable {
    var value: Int
    let inner: Counter?

    init(_ value: Int, inner: Counter? = nil) {
      self.value = value
      self.inner = inner
    }

    func save(to checkpoint: inout CheckpointWriter) {
      checkpoint.put("value", value)
      if let inner { checkpoint.put("inner", inner) }
    }

    func restore(from checkpoint: CheckpointReader) throws {
      value = try checkpoint.get("value")
      if let inner { try checkpoint.get("inner", inner) }
    }
  }

  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path + "/best.checkpoint"
  }

  /// A small checkpoint, and its bytes.
  @discardableResult
  private func write(_ floats: [Float] = [1, -0.0, .nan, .infinity]) throws -> Data {
    var writer = try CheckpointWriter(path: path, metadata: .example)
    floats.withUnsafeBufferPointer { writer.put("floats", floats: $0) }
    writer.put("settings", Self.settings)
    writer.put("counter", Counter(3, inner: Counter(4)))
    writer.put("nothing", UnsafeRawBufferPointer(start: nil, count: 0))
    try writer.finish()
    return try Data(contentsOf: URL(filePath: path))
  }

  private static let settings = Settings(
    name: "a/b \"ü\"", number: -0.1, single: .leastNonzeroMagnitude, bits: .max, list: [1, -2])

  private func kind(of bytes: Data) throws -> CheckpointError.Kind? {
    try bytes.write(to: URL(filePath: path))
    do {
      _ = try CheckpointReader(path: path)
      return nil
    } catch let error as CheckpointError {
      #expect(error.file == path)
      #expect(error.description.hasPrefix(path))
      return error.kind
    }
  }

  @Test func whatWasPutComesBack() throws {
    try write()
    let reader = try CheckpointReader(path: path)
    #expect(reader.metadata == .example)
    var floats = [Float](repeating: 5, count: 4)
    try floats.withUnsafeMutableBufferPointer { try reader.get("floats", into: $0) }
    #expect(floats.map(\.bitPattern) == [Float(1), -0.0, .nan, .infinity].map(\.bitPattern))
    #expect(try reader.get("settings", as: Settings.self) == Self.settings)
    let counter = Counter(0, inner: Counter(0))
    try reader.get("counter", counter)
    #expect(counter.value == 3)
    #expect(counter.inner?.value == 4)
    try reader.get("nothing", into: UnsafeMutableRawBufferPointer(start: nil, count: 0))
    #expect(reader.contains("counter.inner.value"))
    #expect(!reader.contains("counter.inner"))
  }

  /// A run that goes on must have the very same numbers.
  @Test func smallValuesAreExact() throws {
    var generator = SeededGenerator(seed: 1)
    var doubles = (0..<2000).map { _ in Double(bitPattern: UInt64.random(in: 0...(.max), using: &generator)) }
    doubles += [-0.0, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
    doubles = doubles.filter { !$0.isNaN }
    let floats = doubles.map { Float($0) }
    var writer = try CheckpointWriter(path: path, metadata: .example)
    writer.put("doubles", doubles)
    writer.put("floats", floats)
    writer.put("not a number", Double.nan)
    writer.put("words", [UInt64.max, 1 << 63])
    try writer.finish()
    let reader = try CheckpointReader(path: path)
    #expect(try reader.get("doubles", as: [Double].self).map(\.bitPattern) == doubles.map(\.bitPattern))
    #expect(try reader.get("floats", as: [Float].self).map(\.bitPattern) == floats.map(\.bitPattern))
    #expect(try reader.get("not a number", as: Double.self).isNaN)
    #expect(try reader.get("words", as: [UInt64].self) == [.max, 1 << 63])
  }

  @Test func equalContentsAreEqualBytes() throws {
    #expect(try write() == write())
  }

  @Test func everyTruncationIsTold() throws {
    let bytes = try write()
    for length in 0..<bytes.count {
      let kind = try kind(of: bytes.prefix(length))
      #expect(kind == .truncated(bytes: length, expected: length < 32 ? 32 : bytes.count))
    }
    #expect(try kind(of: bytes) == nil)
  }

  @Test func everyFlippedByteIsTold() throws {
    let bytes = try write()
    for place in bytes.indices {
      for flip: UInt8 in [0x01, 0x80, 0xFF] {
        var changed = bytes
        changed[place] ^= flip
        let kind = try kind(of: changed)
        switch place {
        case 0..<8: #expect(kind == .foreign)
        case 8..<12: #expect(kind != nil)
        case 16..<24: #expect(kind != nil && kind != .foreign)
        default: #expect(kind == .damaged(reason: "its checksum doesn't match its contents"))
        }
      }
    }
  }

  @Test func bytesTooManyAreTold() throws {
    let bytes = try write()
    let expected = "it has \(bytes.count + 1) bytes where \(bytes.count) were written"
    #expect(try kind(of: bytes + [0]) == .damaged(reason: expected))
  }

  @Test func foreignFilesAreTold() throws {
    #expect(try kind(of: Data("algorithm: dqn\n".utf8)) == .foreign)
    #expect(try kind(of: Data([0x50, 0x4B, 3, 4])) == .foreign)
    #expect(try kind(of: Data(count: 100)) == .foreign)
    // A transfer that changed line ends.
    let bytes = try write()
    var changed = bytes
    changed.remove(at: 4)
    #expect(try kind(of: changed) == .foreign)
  }

  @Test func newerFormatsAreTold() throws {
    var bytes = try write()
    bytes[8] = 2
    #expect(try kind(of: bytes) == .newer(version: 2))
    // Whatever else a newer format changes.
    #expect(try kind(of: bytes.prefix(32) + Data(count: 5)) == .newer(version: 2))
    bytes[11] = 0xFF
    #expect(try kind(of: bytes) == .newer(version: 0xFF00_0002))
  }

  @Test func whatCanNotBeReadIsTold() throws {
    func reason(_ path: String) -> String {
      let error = #expect(throws: CheckpointError.self) { try CheckpointReader(path: path) }
      return error?.description ?? ""
    }
    #expect(reason(path) == "\(path) can't be read: No such file or directory")
    #expect(reason(folder.path) == "\(folder.path) can't be read: it is a folder; name a regular file")
    #expect(reason("/dev/zero") == "/dev/zero can't be read: it is a device; name a regular file")
    let pipe = folder.path + "/pipe"
    try #require(mkfifo(pipe, 0o600) == 0)
    #expect(reason(pipe) == "\(pipe) can't be read: it is a pipe; name a regular file")
  }

  @Test func partsThatDoNotFitAreTold() throws {
    try write()
    let reader = try CheckpointReader(path: path)
    func description(_ body: () throws -> Void) -> String {
      #expect(throws: CheckpointError.self, performing: body)?.description ?? ""
    }
    var floats: [Float] = [7, 7, 7]
    let size = description {
      try floats.withUnsafeMutableBufferPointer { try reader.get("floats", into: $0) }
    }
    #expect(size == "\(path) its part 'floats' has 16 bytes where this run needs 12")
    #expect(floats == [7, 7, 7])
    let missing = description { try reader.get("optimiser", Counter(0)) }
    #expect(missing == "\(path) has no part 'optimiser.value'")
    let value = description { _ = try reader.get("settings", as: Int.self) }
    #expect(value.hasPrefix("\(path) its part 'settings' doesn't fit: it is no Int"))
  }

  @Test func whatCanNotBeWrittenIsToldAndLeavesNothing() throws {
    #expect(throws: CheckpointError.self) {
      try CheckpointWriter(path: folder.path + "/none/x", metadata: .example)
    }
    #expect(throws: CheckpointError.self) { try CheckpointWriter(path: folder.path, metadata: .example) }
    // Dropped before it was finished.
    let before = try write()
    do {
      var writer = try CheckpointWriter(path: path, metadata: .example)
      writer.put("value", 1)
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
    // A value that can't be encoded.
    struct Stubborn: Encodable {
      func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(1, .init(codingPath: [], debugDescription: "never"))
      }
    }
    var writer = try CheckpointWriter(path: path, metadata: .example)
    writer.put("stubborn", Stubborn())
    writer.put("value", 1)
    #expect(throws: CheckpointError.self) { try writer.finish() }
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
  }
}
