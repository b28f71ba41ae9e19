import Foundation
import Vision

/// Why a file can't be read or written.
struct FileError: Error, CustomStringConvertible {
  let description: String
}

extension Data {
  /// Reads an image, but not a file that is larger than any image may be.
  init(readingImage path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FileError(description: "no such file")
    }
    guard !isFolder.boolValue else { throw FileError(description: "is a folder, not an image") }
    guard let file = FileHandle(forReadingAtPath: path) else { throw FileError(description: "can't be read") }
    defer { try? file.close() }
    let limit = ImageLimits().maximumBytes
    self = try file.read(upToCount: limit + 1) ?? Data()
  }

  /// Writes the file whole or not at all: to a temporary name beside it, synced, then renamed.
  func writeWhole(to path: String) throws {
    let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).tmp"
    guard FileManager.default.createFile(atPath: temporary, contents: nil),
      let file = FileHandle(forWritingAtPath: temporary)
    else { throw FileError(description: "can't write \(path); check the folder and its permissions") }
    do {
      try file.write(contentsOf: self)
      try file.synchronize()
      try file.close()
      guard rename(temporary, path) == 0 else {
        throw FileError(description: "can't write \(path): \(String(cString: strerror(errno)))")
      }
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
  }
}
