import Basics
import Dataflow
import Foundation
import Kernels

/// The file of a `CheckpointWriter`.
final class CheckpointOutput {
  private let file: WholeFile
  private var header = CheckpointHeader()
  private var checksum: UInt32 = 0
  private var written = CheckpointHeader.size
  private var parts: [CheckpointPart] = []
  private var names: Set<String> = []
  /// The first failure; nothing is written after it.
  private var failure: (any Error)?

  init(path: String, metadata: CheckpointMetadata) throws {
    do {
      let json = try CheckpointJSON.encode(metadata)
      header.metadataSize = UInt32(clamping: json.count)
      file = try WholeFile(path: path)
      try [UInt8](repeating: 0, count: CheckpointHeader.size).withUnsafeBytes { try file.write($0) }
      try json.withUnsafeBytes { try write($0) }
    } catch {
      throw CheckpointError(file: path, .unwritable(reason: "\(error)"))
    }
  }

  func append(_ name: String, _ bytes: UnsafeRawBufferPointer) {
    precondition(names.insert(name).inserted, "two parts of a checkpoint are named '\(name)'")
    parts.append(CheckpointPart(name: name, size: bytes.count))
    attempt { try write(bytes) }
  }

  func append(_ name: String, _ value: some Encodable) {
    attempt {
      let json = try CheckpointJSON.encode(value)
      json.withUnsafeBytes { append(name, $0) }
    }
  }

  func finish() throws {
    attempt {
      let index = try CheckpointJSON.encode(parts)
      header.indexSize = UInt32(clamping: index.count)
      try index.withUnsafeBytes { try write($0) }
      header.fileSize = UInt64(written)
      header.checksum = header.checkedBytes.withUnsafeBytes { CRC32C.fastest.extend(checksum, by: $0) }
      try header.bytes.withUnsafeBytes { try file.overwrite(at: 0, with: $0) }
      try file.commit()
    }
    if let failure { throw CheckpointError(file: file.path, .unwritable(reason: "\(failure)")) }
  }

  private func attempt(_ body: () throws -> Void) {
    guard failure == nil else { return }
    do { try body() } catch { failure = error }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws {
    try file.write(bytes)
    checksum = CRC32C.fastest.extend(checksum, by: bytes)
    written += bytes.count
  }
}
