import Basics
import Foundation
import Vision

/// A folder that photographs with their results drawn on them are written to.
struct PictureFolder {
  private let path: String
  private var names: Set<String> = []

  /// Makes the folder if it isn't there.
  ///
  /// - Throws: `FileError`.
  init(_ path: String) throws {
    self.path = path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError("the folder \(path) for drawn pictures can't be made: \(error.localizedDescription)")
    }
  }

  /// Writes a picture, called as the photograph: as PNG if that is one, and as JPEG if not.
  ///
  /// - Throws: `FileError`, `ImageError`.
  mutating func add(_ output: any TaskOutput, on image: EncodedImage, named input: String) throws {
    let format: DrawnPicture.Format = image.header.format == .png ? .png : .jpeg
    let stem = URL(filePath: input).deletingPathExtension().lastPathComponent
    var name = "\(stem).\(format.fileExtension)"
    var count = 1
    // Photographs of several folders may be called alike.
    while !names.insert(name).inserted {
      count += 1
      name = "\(stem)-\(count).\(format.fileExtension)"
    }
    try DrawnPicture.draw(output, on: image, as: format).writeWhole(to: "\(path)/\(name)")
  }
}
