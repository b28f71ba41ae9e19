import Dataflow
import Foundation
import Vision

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
}
