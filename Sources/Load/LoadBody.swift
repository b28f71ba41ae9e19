import Basics
import Foundation
import NIOCore
import NIOFoundationCompat
import Vision

/// The body that requests send: its bytes are in memory once, however many requests share them.
public struct LoadBody: Sendable {
  /// The name of an image's file without folder and extension.
  public let name: String
  let contentType: String
  /// Bytes of the JSON before binary tensors; `nil` for an image.
  private(set) var headerLength: Int?
  let body: ByteBuffer

  /// - Throws: `FileError` for a file that is no image.
  public init(image path: String) throws {
    do {
      let image = try EncodedImage(Data(readingImage: path))
      name = URL(filePath: path).deletingPathExtension().lastPathComponent
      contentType = "image/\(image.header.format.rawValue)"
      body = ByteBuffer(data: image.data)
    } catch {
      throw FileError("\(path): \(error)")
    }
  }

  /// Tensors of an Open Inference Protocol request, with their numbers behind the JSON, as is requested for
  /// the response.
  public init(tensors: [(name: String, array: NumPyArray)]) {
    var json = JSONText(capacity: 256)
    json.object { json in
      json.object("parameters") { $0.value("binary_data_output", isTrue: true) }
      json.array("inputs") { json in
        for (name, array) in tensors {
          json.object { json in
            json.value("name", name)
            json.value("datatype", array.element.datatype)
            json.array("shape") { json in for extent in array.shape { json.value(nil, extent) } }
            json.object("parameters") { $0.value("binary_data_size", array.bytes.count) }
          }
        }
      }
    }
    var body = ByteBuffer(string: json.text)
    headerLength = body.readableBytes
    for (_, array) in tensors { body.writeBytes(array.bytes) }
    name = tensors.map(\.name).joined(separator: ",")
    contentType = "application/octet-stream"
    self.body = body
  }
}
