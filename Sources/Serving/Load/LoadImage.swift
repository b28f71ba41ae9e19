import Dataflow
import Foundation
import NIOCore
import NIOFoundationCompat
import Vision

/// An image that is sent again and again: its bytes are in memory once, however many requests have them.
public struct LoadImage: Sendable {
  /// The file's, without folder and extension.
  public let name: String
  let contentType: String
  let body: ByteBuffer

  /// - Throws: `FileError` for what is no image.
  public init(_ path: String) throws {
    do {
      let image = try EncodedImage(Data(readingImage: path))
      name = URL(filePath: path).deletingPathExtension().lastPathComponent
      contentType = "image/\(image.header.format.rawValue)"
      body = ByteBuffer(data: image.data)
    } catch {
      throw FileError("\(path): \(error)")
    }
  }
}
