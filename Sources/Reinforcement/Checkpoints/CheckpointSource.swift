import Basics
import Dataflow
import Foundation

/// A file opened for reading as a checkpoint.
final class CheckpointSource {
  private let path: String
  private let file: RegularFile

  var size: Int { file.size }

  /// - Throws: `CheckpointError` if it can't be opened or isn't a regular file.
  init(path: String) throws {
    self.path = path
    do {
      file = try RegularFile(path)
    } catch {
      throw CheckpointError(file: path, .unreadable(reason: error.description))
    }
  }

  func error(_ kind: CheckpointError.Kind) -> CheckpointError { CheckpointError(file: path, kind) }

  /// - Precondition: `range` lies within the file, and so many bytes may be allocated.
  func read(_ range: Range<Int>) throws -> Data {
    var data = Data(count: range.count)
    try data.withUnsafeMutableBytes { try read(at: range.lowerBound, into: $0) }
    return data
  }

  func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws {
    let count: Int
    do {
      count = try file.read(at: offset, into: bytes)
    } catch {
      throw self.error(.unreadable(reason: error.description))
    }
    guard count == bytes.count else { throw error(.truncated(bytes: offset + count, expected: size)) }
  }
}
