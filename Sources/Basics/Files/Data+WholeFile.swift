import Foundation

extension Data {
  /// Writes a file as a whole or not at all; see `WholeFile`. A special file, such as `/dev/stdout`, is
  /// written in place.
  ///
  /// - Parameter check: receives the path of a file with the same contents. If it throws, nothing is kept. A
  ///   special file can't be checked and is refused.
  /// - Throws: `FileError`, or what `check` throws.
  public func writeWhole(to path: String, check: ((String) throws -> Void)? = nil) throws {
    var status = stat()
    let isFile = stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    guard isFile, !path.hasPrefix("/dev/") else {
      guard check == nil else { throw FileError("can't write \(path): it is not a file; name one") }
      return try writeAsItIs(to: path)
    }
    let file = try WholeFile(path: path)
    try withUnsafeBytes { try file.write($0) }
    try check?(file.temporary)
    try file.commit()
  }

  /// - Throws: `FileError`, also for a pipe without a reader, which isn't waited for.
  private func writeAsItIs(to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      throw errno == ENXIO
        ? FileError("can't write \(path): no reader") : FileError("can't write \(path)", code: errno)
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    // From here on, the write waits for a slow reader.
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    do {
      try handle.write(contentsOf: self)
    } catch {
      throw FileError("can't write \(path)", error)
    }
  }
}
