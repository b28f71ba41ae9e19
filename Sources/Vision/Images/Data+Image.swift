import Basics
import Dataflow
import Foundation

extension Data {
  /// Reads an image file, unless it is larger than any image may be.
  ///
  /// - Throws: `FileError` or `ImageError`, without the path.
  package init(readingImage path: String) throws {
    let limit = ImageLimits().maximumBytes
    let file: RegularFile
    let data: Data?
    do {
      file = try RegularFile(path)
      data = try file.read(atMost: limit)
    } catch {
      throw FileError("can't be read: \(error)")
    }
    guard let data else {
      throw ImageError.tooManyBytes(count: Swift.max(file.size, limit + 1), limit: limit)
    }
    self = data
  }
}
