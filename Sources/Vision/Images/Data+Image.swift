import Dataflow
import Foundation

extension Data {
  /// Reads an image, but not a file that is larger than any image may be.
  ///
  /// - Throws: `FileError` or `ImageError`, without the path.
  package init(readingImage path: String) throws {
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
}
