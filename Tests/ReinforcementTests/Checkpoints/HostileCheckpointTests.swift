import Foundation
import Kernels
import Reinforcement
import TestSupport
import Testing

/// Checkpoints whose checksum is right and whose sizes lie.
struct HostileCheckpointTests {
  private static let metadata = """
    {"algorithm":"dqn","environment":"CartPole-v1","experiment":"","programVersion":"0","seed":0,"steps":0,
    "updates":0}
    """

  /// A file as the format says, each of whose sizes can be another than it is.
  private static func file(
    metadata: String = metadata, payload: Data = Data(count: 16), index: String,
    metadataSize: UInt32? = nil, indexSize: UInt32? = nil, fileSize: UInt64? = nil
  ) -> Data {
    let body = Data(metadata.utf8) + payload + Data(index.utf8)
    func little(_ number: some FixedWidthInteger) -> Data {
      withUnsafeBytes(of: number.littleEndian) { Data($0) }
    }
    let start = Data([0x89]) + Data("DTC\r\n\u{1A}\n".utf8) + little(UInt32(1))
    let rest =
      little(fileSize ?? UInt64(32 + body.count)) + little(metadataSize ?? UInt32(metadata.utf8.count))
      + little(indexSize ?? UInt32(index.utf8.count))
    let checksum = (body + start + rest).withUnsafeBytes { CRC32C.reference.extend(by: $0) }
    return start + little(checksum) + rest + body
  }

  private static func reason(_ bytes: Data) throws -> String? {
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes, to: "hostile")
    do {
      let reader = try CheckpointReader(path: path)
      var floats = [Float](repeating: 0, count: 4)
      try floats.withUnsafeMutableBufferPointer { try reader.get("a", into: $0) }
      return nil
    } catch let error as CheckpointError {
      return "\(error.kind)"
    }
  }

  @Test func theHonestOneIsRead() throws {
    #expect(try Self.reason(Self.file(index: #"[{"name":"a","size":16}]"#)) == nil)
  }

  @Test(arguments: [
    #"[{"name":"a","size":17}]"#, #"[{"name":"a","size":-1}]"#, #"[{"name":"a","size":15}]"#,
    #"[{"name":"a","size":9223372036854775807}]"#, #"[{"name":"a","size":9223372036854775808}]"#,
    #"[{"name":"a","size":18446744073709551615}]"#, #"[{"name":"a","size":1e300}]"#,
    #"[{"name":"a","size":-9223372036854775808}]"#, #"[{"name":"a","size":16},{"name":"a","size":0}]"#,
    #"[{"name":"a","size":16},{"name":"b","size":9223372036854775807}]"#,
    #"[{"name":"b","size":9223372036854775807},{"name":"a","size":9223372036854775807}]"#,
    #"[{"name":"a","size":16},{"name":"b","size":1}]"#, #"[{"name":"a"}]"#, #"{"a":16}"#, "[]", "", "[[[[",
    "\0\0\0\0", #"[{"name":3,"size":16}]"#,
  ])
  func anIndexThatLiesIsRefused(index: String) throws {
    let reason = try #require(try Self.reason(Self.file(index: index)))
    #expect(reason.hasPrefix("damaged"))
    #expect(!reason.contains("checksum"), "the test's own checksum is wrong")
  }

  @Test func deepNestingIsRefused() throws {
    let index = String(repeating: "[", count: 1_000_000)
    #expect(try Self.reason(Self.file(index: index))?.hasPrefix("damaged") == true)
  }

  @Test(arguments: [0, 1, 31, 1000, UInt32.max - 1, .max])
  func sizesInTheHeaderThatLieAreRefused(size: UInt32) throws {
    let index = #"[{"name":"a","size":16}]"#
    for bytes in [Self.file(index: index, metadataSize: size), Self.file(index: index, indexSize: size)] {
      let reason = try #require(try Self.reason(bytes))
      #expect(reason.hasPrefix("damaged"))
      #expect(!reason.contains("checksum"), "the test's own checksum is wrong")
    }
  }

  @Test(arguments: [0, 1, 1 << 31, 1 << 62, 1 << 63, UInt64.max])
  func aLengthThatLiesIsRefused(size: UInt64) throws {
    let reason = try #require(try Self.reason(Self.file(index: "[]", fileSize: size)))
    #expect(reason.hasPrefix(size < 100 ? "damaged" : "truncated"))
  }

  @Test(arguments: ["", "{}", "[]", #"{"steps":1e999}"#])
  func metadataThatIsNoneIsRefused(metadata: String) throws {
    let bytes = Self.file(metadata: metadata, index: #"[{"name":"a","size":16}]"#)
    #expect(try Self.reason(bytes)?.hasPrefix("damaged") == true)
  }
}
