import Foundation

/// The first 32 bytes of a checkpoint, little endian. A checkpoint is
///
/// | bytes | |
/// |---|---|
/// | 8 | magic; like PNG's, it shows a transfer that changed line ends |
/// | 4 | format version |
/// | 4 | checksum (CRC-32C) of everything after the header, then the header without these four bytes |
/// | 8 | size of the whole file |
/// | 4 | size of the metadata |
/// | 4 | size of the index |
/// | metadata | JSON of `CheckpointMetadata` |
/// | … | the parts, one after the other |
/// | index | JSON: names and sizes of the parts in their order, so parts can't overlap |
///
/// CRC-32C, because the processor computes it faster than a disk reads, and TensorBoard's files need it
/// anyway. It detects damage; forgery isn't a concern, as a forger could write a valid checkpoint.
struct CheckpointHeader: Equatable {
  static let magic: [UInt8] = [0x89, 0x44, 0x54, 0x43, 0x0D, 0x0A, 0x1A, 0x0A]
  static let currentVersion: UInt32 = 1
  static let size = 32
  /// The place of the bytes outside the checksum.
  private static let checksumField = 12..<16

  var version = Self.currentVersion
  var checksum: UInt32 = 0
  var fileSize: UInt64 = 0
  var metadataSize: UInt32 = 0
  var indexSize: UInt32 = 0

  init() {}

  /// - Precondition: `bytes` are at least 32, and begin with the magic.
  init(bytes: [UInt8]) {
    func number<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type = Number.self) -> Number {
      (0..<Number.bitWidth / 8).reduce(0) { $0 | Number(bytes[offset + $1]) << ($1 * 8) }
    }
    version = number(at: 8)
    checksum = number(at: Self.checksumField.lowerBound)
    fileSize = number(at: 16)
    metadataSize = number(at: 24)
    indexSize = number(at: 28)
  }

  var bytes: [UInt8] {
    func little(_ number: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
    return Self.magic + little(version) + little(checksum) + little(fileSize) + little(metadataSize)
      + little(indexSize)
  }

  /// The header's bytes under the checksum.
  var checkedBytes: [UInt8] {
    var bytes = bytes
    bytes.removeSubrange(Self.checksumField)
    return bytes
  }
}
