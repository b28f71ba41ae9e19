import Foundation

extension Data {
  /// Writes a file whole or not at all, see `WholeFile`. What is no file, such as `/dev/stdout`, is written as it
  /// is.
  ///
  /// - Throws: `FileError`.
  public func writeWhole(to path: String) throws {
    var status = stat()
    let isFile = stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    guard isFile, !path.hasPrefix("/dev/") else {
      do {
        try FileHandle(forWritingTo: URL(filePath: path)).write(contentsOf: self)
      } catch {
        throw FileError("can't write \(path)", error)
      }
      return
    }
    let file = try WholeFile(path: path)
    try withUnsafeBytes { try file.write($0) }
    try file.commit()
  }
}
