import Basics
import Foundation
import Kernels

/// An open checkpoint with a valid format, a correct checksum, and the places of its parts.
///
/// Every declared size is compared with the file's size before anything is allocated. Immutable; reading is
/// safe from several threads.
final class CheckpointFile {
  let path: String
  let metadata: CheckpointMetadata
  /// The place of each part, in bytes from the file's beginning.
  let parts: [String: Range<Int>]
  private let source: CheckpointSource

  /// The most bytes of the metadata, the index, or one small value.
  static let largestValue = 64 << 20

  init(path: String) throws {
    self.path = path
    source = try CheckpointSource(path: path)
    let header = try Self.header(of: source)
    try Self.checkSum(of: source, header)
    (metadata, parts) = try Self.contents(of: source, header)
  }

  func read(_ range: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) throws {
    try source.read(at: range.lowerBound, into: bytes)
  }

  func read(_ range: Range<Int>) throws -> Data { try source.read(range) }

  private static func header(of source: CheckpointSource) throws -> CheckpointHeader {
    let start = try source.read(0..<min(CheckpointHeader.size, source.size))
    let magic = CheckpointHeader.magic
    guard start.prefix(magic.count).elementsEqual(magic.prefix(start.count)) else {
      throw source.error(.foreign)
    }
    guard start.count == CheckpointHeader.size else {
      throw source.error(.truncated(bytes: source.size, expected: CheckpointHeader.size))
    }
    let header = CheckpointHeader(bytes: Array(start))
    guard header.version <= CheckpointHeader.currentVersion else {
      throw source.error(.newer(version: Int(header.version)))
    }
    guard header.version > 0 else { throw source.error(.damaged(reason: "there is no format 0")) }
    guard header.fileSize <= source.size else {
      throw source.error(.truncated(bytes: source.size, expected: Int(clamping: header.fileSize)))
    }
    guard header.fileSize == source.size else {
      throw source.error(
        .damaged(reason: "it has \(source.size) bytes where \(header.fileSize) were written"))
    }
    return header
  }

  private static func checkSum(of source: CheckpointSource, _ header: CheckpointHeader) throws {
    var checksum: UInt32 = 0
    // Small enough to stay in the cache between reading and checking.
    let chunk = 1 << 18
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 64)
    defer { buffer.deallocate() }
    var offset = CheckpointHeader.size
    while offset < source.size {
      let some = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(chunk, source.size - offset)])
      try source.read(at: offset, into: some)
      checksum = CRC32C.fastest.extend(checksum, by: UnsafeRawBufferPointer(some))
      offset += some.count
    }
    checksum = header.checkedBytes.withUnsafeBytes { CRC32C.fastest.extend(checksum, by: $0) }
    guard checksum == header.checksum else {
      throw source.error(.damaged(reason: "its checksum doesn't match its contents"))
    }
  }

  private static func contents(
    of source: CheckpointSource, _ header: CheckpointHeader
  ) throws -> (CheckpointMetadata, [String: Range<Int>]) {
    let metadataEnd = CheckpointHeader.size + Int(header.metadataSize)
    let indexStart = source.size - Int(header.indexSize)
    guard
      metadataEnd <= indexStart, header.metadataSize <= largestValue, header.indexSize <= largestValue
    else { throw source.error(.damaged(reason: "its metadata and index don't fit into it")) }
    let metadata: CheckpointMetadata
    let index: [CheckpointPart]
    do {
      metadata = try CheckpointJSON.decode(
        CheckpointMetadata.self, from: source.read(CheckpointHeader.size..<metadataEnd))
      index = try CheckpointJSON.decode([CheckpointPart].self, from: source.read(indexStart..<source.size))
    } catch let error as CheckpointError {
      throw error
    } catch {
      throw source.error(.damaged(reason: "its metadata or index can't be understood"))
    }
    var parts: [String: Range<Int>] = [:]
    var offset = metadataEnd
    for part in index {
      guard part.size >= 0, part.size <= indexStart - offset else {
        throw source.error(
          .damaged(reason: "its part '\(part.name)' of \(part.size) bytes reaches past its end"))
      }
      guard parts.updateValue(offset..<offset + part.size, forKey: part.name) == nil else {
        throw source.error(.damaged(reason: "it has two parts '\(part.name)'"))
      }
      offset += part.size
    }
    guard offset == indexStart else {
      throw source.error(.damaged(reason: "\(indexStart - offset) bytes of it belong to no part"))
    }
    return (metadata, parts)
  }
}
