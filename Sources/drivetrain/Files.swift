import Foundation
import Vision

/// Why a file can't be read or written.
struct FileError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  /// What could not be done, and the system's reason.
  init(_ what: String, _ error: any Error) {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    let isSystems = underlying.domain == NSPOSIXErrorDomain
    let reason = isSystems ? String(cString: strerror(Int32(underlying.code))) : error.localizedDescription
    description = "\(what): \(reason)"
  }
}

extension Data {
  /// Reads an image, but not a file that is larger than any image may be.
  init(readingImage path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FileError("no such file")
    }
    guard !isFolder.boolValue else { throw FileError("is a folder, not an image") }
    do {
      let file = try FileHandle(forReadingFrom: URL(filePath: path))
      defer { try? file.close() }
      self = try file.read(upToCount: ImageLimits().maximumBytes + 1) ?? Data()
    } catch {
      throw FileError("can't be read", error)
    }
  }

  /// Writes the file whole or not at all: to a temporary name beside it, synced, then renamed. What is no file,
  /// such as `/dev/stdout`, is written as it is.
  ///
  /// - Parameter check: given the temporary file's path; if it throws, nothing is kept. What is no file can't be
  ///   checked, and is refused.
  func writeWhole(to path: String, check: ((String) throws -> Void)? = nil) throws {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      guard check == nil else { throw FileError("can't write \(path): it is not a file; name one") }
      do {
        try FileHandle(forWritingTo: URL(filePath: path)).write(contentsOf: self)
      } catch {
        throw FileError("can't write \(path)", error)
      }
      return
    }
    let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).tmp"
    // Not there any more once it is renamed.
    defer { try? FileManager.default.removeItem(atPath: temporary) }
    do {
      try Data().write(to: URL(filePath: temporary), options: .withoutOverwriting)
      let file = try FileHandle(forWritingTo: URL(filePath: temporary))
      defer { try? file.close() }
      try file.write(contentsOf: self)
      try file.synchronize()
    } catch {
      throw FileError("can't write \(path)", error)
    }
    try check?(temporary)
    guard rename(temporary, path) == 0 else {
      throw FileError("can't write \(path)", NSError(domain: NSPOSIXErrorDomain, code: Int(errno)))
    }
  }
}
