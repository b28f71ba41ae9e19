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
      let limit = ImageLimits().maximumBytes
      self = try file.read(upToCount: limit + 1) ?? Data()
      if count > limit {
        // Some have no size, such as `/dev/zero`: then it is what was read of them.
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        throw ImageError.tooManyBytes(count: Swift.max(size, count), limit: limit)
      }
    } catch let error as ImageError {
      throw error
    } catch {
      throw FileError("can't be read", error)
    }
  }

  /// Writes the file whole or not at all: to a temporary name beside it, synced, then renamed. What is no file,
  /// such as `/dev/stdout`, is written as it is.
  func writeWhole(to path: String) throws {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      do {
        try FileHandle(forWritingTo: URL(filePath: path)).write(contentsOf: self)
      } catch {
        throw FileError("can't write \(path)", error)
      }
      return
    }
    let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).tmp"
    do {
      try Data().write(to: URL(filePath: temporary), options: .withoutOverwriting)
      let file = try FileHandle(forWritingTo: URL(filePath: temporary))
      defer { try? file.close() }
      try file.write(contentsOf: self)
      try file.synchronize()
      guard rename(temporary, path) == 0 else {
        throw NSError(domain: NSPOSIXErrorDomain, code: Int(errno))
      }
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw FileError("can't write \(path)", error)
    }
  }
}
