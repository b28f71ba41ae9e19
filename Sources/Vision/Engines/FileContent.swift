import Basics
import Foundation
import Kernels

/// What changes when a file gets other content.
enum FileContent {
  private struct Version: Hashable {
    let path: String
    let bytes: Int
    let date: Date?
  }

  private static let known = Locked<[Version: UInt32]>([:])
  private static let maximumCount = 1024

  /// A file's size and checksum; `nil` if it can't be read. A file of the same date is read once.
  static func text(of path: String) -> String? {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
      attributes[.type] as? FileAttributeType == .typeRegular, let bytes = attributes[.size] as? Int
    else { return nil }
    let version = Version(path: path, bytes: bytes, date: attributes[.modificationDate] as? Date)
    if let checksum = known.withLock({ $0[version] }) { return "\(bytes) bytes, \(checksum)" }
    guard let checksum = checksum(of: path) else { return nil }
    known.withLock { known in
      if known.count >= maximumCount { known.removeAll() }
      known[version] = checksum
    }
    return "\(bytes) bytes, \(checksum)"
  }

  /// Piece by piece: a mapped file that becomes shorter meanwhile would end the process.
  private static func checksum(of path: String) -> UInt32? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    var checksum: UInt32 = 0
    do {
      while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
        checksum = piece.withUnsafeBytes { CRC32C.fastest.extend(checksum, by: $0) }
      }
    } catch {
      return nil
    }
    return checksum
  }
}
