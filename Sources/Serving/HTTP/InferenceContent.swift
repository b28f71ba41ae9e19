import Basics
import HTTPTypes
import NIOCore
import Vision

/// The description of an inference request's body in its head. The body's own bytes decide its kind: most
/// tools send an unrelated Content-Type.
struct InferenceContent: Sendable {
  /// The kind of a body, with the ranges of its parts.
  enum Kind: Sendable {
    /// One encoded image, or bytes meant as one.
    case image(Range<Int>)
    /// The Open Inference Protocol's JSON, and the binary tensors behind it.
    case tensors(json: Range<Int>, binary: Range<Int>)
  }

  /// Bytes of the JSON, if something else follows it.
  private let headerLength: Int?
  private let form: MultipartForm?
  private let type: String?

  /// - Throws: `.invalid` for a head that no body fits; `.unsupportedType` for a compressed body.
  init(_ head: HTTPRequest) throws(RequestFailure) {
    if let encoding = head.headerFields[.contentEncoding], encoding.lowercased() != "identity" {
      throw RequestFailure(
        .unsupportedType, "Content-Encoding '\(encoding)' is not supported; send the body as it is")
    }
    type = head.headerFields[.contentType]
    headerLength = try head.headerFields[.inferenceHeaderLength].map { text throws(RequestFailure) in
      guard let length = Int(text), length > 0 else {
        throw RequestFailure(
          .invalid,
          "Inference-Header-Content-Length is '\(text)'; it must be the number of bytes of the JSON")
      }
      return length
    }
    if let type { form = try MultipartForm(contentType: type) } else { form = nil }
  }

  private var saysJSON: Bool {
    type?.prefix { $0 != ";" }.lowercased().filter { $0 != " " } == "application/json"
  }

  /// Whether the body may be an image, so that a refusal can come before it.
  var mayBeImage: Bool { headerLength == nil && !saysJSON }

  /// - Throws: `.unsupportedType` for a body that a model of tensors doesn't take; `.invalid` and
  ///   `.unprocessable` for a wrong form; `.invalid` for a wrong length of the JSON.
  func kind(of body: UnsafeRawBufferPointer, takesImages: Bool) throws(RequestFailure) -> Kind {
    let range = try form?.file(in: body) ?? 0..<body.count
    if let headerLength {
      guard headerLength <= range.count else {
        throw RequestFailure(
          .invalid,
          "Inference-Header-Content-Length is \(headerLength), and the body has \(range.count.counted("byte"))"
        )
      }
      let border = range.lowerBound + headerLength
      return .tensors(json: range.lowerBound..<border, binary: border..<range.upperBound)
    }
    let bytes = UnsafeRawBufferPointer(rebasing: body[range])
    let json = Kind.tensors(json: range, binary: range.upperBound..<range.upperBound)
    if Self.isJSON(bytes) { return json }
    if takesImages { return saysJSON && ImageFormat(startingWith: bytes) == nil ? json : .image(range) }
    guard !saysJSON && !bytes.isEmpty else { return json }
    throw RequestFailure(
      .unsupportedType,
      "the model takes tensors: send them as JSON, {\"inputs\":[…]}, or binary behind it, with Inference-Header-Content-Length"
    )
  }

  /// Whether it begins as an object or a list, as no image does.
  private static func isJSON(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let first = bytes.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }
}
