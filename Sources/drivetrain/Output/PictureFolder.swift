import Basics
import Foundation
import Vision

/// A folder that photographs with their results drawn on them are written to.
struct PictureFolder {
  private let path: String
  private var names: Set<String> = []
  /// The photographs, as the system knows them.
  private let photographs: Set<FileIdentity>

  /// Makes the folder if it isn't there.
  ///
  /// - Parameter photographs: paths of files that must stay.
  /// - Throws: `FileError`.
  init(_ path: String, of photographs: [String]) throws {
    self.path = path
    self.photographs = Set(photographs.compactMap { FileIdentity($0) })
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
    let file = "\(path)/\(name)"
    if let identity = FileIdentity(file), photographs.contains(identity) {
      throw FileError("\(file) is one of the photographs, and stays; draw into another folder")
    }
    try DrawnPicture.draw(output, on: image, as: format).writeWhole(to: file)
  }
}

/// A file, whatever path leads to it.
private struct FileIdentity: Hashable {
  private let device, number: UInt64

  /// `nil` where there is none.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
  }
}
