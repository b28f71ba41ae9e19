import Basics
import Dataflow
import Foundation

/// A file that grows by whole records. Used by one thread at a time.
final class AppendedFile {
  let path: String
  private let descriptor: Int32
  /// The bytes of complete records.
  private var length: Int

  enum Beginning {
    /// The file must not exist.
    case new
    /// The content is dropped.
    case empty
    /// So many bytes of the content are kept.
    case keeping(Int)
  }

  /// - Throws: `FileError`.
  init(path: String, _ beginning: Beginning) throws {
    self.path = path
    let flags =
      switch beginning {
      case .new: O_CREAT | O_EXCL
      case .empty: O_CREAT | O_TRUNC
      case .keeping: Int32(0)
      }
    length = if case .keeping(let bytes) = beginning { bytes } else { 0 }
    // Opening a pipe must not block.
    descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | flags, 0o666)
    guard descriptor >= 0 else { throw failure(errno) }
    if case .keeping = beginning, ftruncate(descriptor, off_t(length)) != 0 { throw failure(errno) }
  }

  deinit { close(descriptor) }

  /// Appends a record at once. A partial write is taken back.
  ///
  /// - Throws: `FileError`, also if the file has been removed.
  func append(_ record: [UInt8]) throws {
    var status = stat()
    guard fstat(descriptor, &status) != 0 || status.st_nlink > 0 || status.st_mode & S_IFMT != S_IFREG else {
      throw FileError("can't write \(path): it was removed")
    }
    var done = 0
    while done < record.count {
      let some = record.withUnsafeBytes {
        write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done)
      }
      if some < 0, errno == EINTR { continue }
      guard some > 0 else {
        let code = errno
        _ = ftruncate(descriptor, off_t(length))
        throw failure(code)
      }
      done += some
    }
    length += record.count
  }

  private func failure(_ code: Int32) -> FileError { FileError("can't write \(path)", code: code) }
}
