import Foundation

/// The bytes of a file that was opened to be read as a checkpoint.
final class CheckpointSource {
  let size: Int
  private let path: String
  private let descriptor: Int32

  /// - Throws: `CheckpointError` if it can't be opened or isn't a file.
  init(path: String) throws {
    self.path = path
    // Opening a pipe must not wait for somebody who writes.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw CheckpointError(file: path, .unreadable(reason: Self.reason)) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw CheckpointError(
        file: path, .unreadable(reason: isFolder ? "it is a folder" : "it is no file"))
    }
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  func error(_ kind: CheckpointError.Kind) -> CheckpointError { CheckpointError(file: path, kind) }

  /// `range` lies within the file, and what it spans may be allocated.
  func read(_ range: Range<Int>) throws -> Data {
    var data = Data(count: range.count)
    try data.withUnsafeMutableBytes { try read(at: range.lowerBound, into: $0) }
    return data
  }

  func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws {
    guard let start = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      // Linux moves at most 2 GiB at once.
      let some = pread(descriptor, start + done, min(bytes.count - done, 1 << 30), off_t(offset + done))
      if some < 0, errno == EINTR { continue }
      guard some >= 0 else { throw error(.unreadable(reason: Self.reason)) }
      guard some > 0 else { throw error(.truncated(bytes: offset + done, expected: size)) }
      done += some
    }
  }

  private static var reason: String { String(cString: strerror(errno)) }
}
