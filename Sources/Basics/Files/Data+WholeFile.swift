import Foundation

extension Data {
  /// Writes a file whole or not at all, see `WholeFile`. What is no file, such as `/dev/stdout`, is written as it
  /// is.
  ///
  /// - Parameter check: given the path of a file with the same contents; if it throws, nothing is kept. What is no
  ///   file can't be checked, and is refused.
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

  /// - Throws: `FileError`, also for a pipe that nobody reads: that is not waited for.
  private func writeAsItIs(to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      throw errno == ENXIO
        ? FileError("can't write \(path): nobody reads it") : FileError("can't write \(path)", code: errno)
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    // Who reads may take its time.
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    do {
      try handle.write(contentsOf: self)
    } catch {
      throw FileError("can't write \(path)", error)
    }
  }
}
