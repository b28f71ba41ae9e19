import Basics
import HTTPTypes
import NIOCore
import Vision

/// What the head of a request for inference says of its body. What the body is its bytes say: most tools send
/// a Content-Type that has nothing to do with it.
struct InferenceContent: Sendable {
  /// The parts of a body.
  enum Kind: Sendable {
    /// One encoded image, or something that is to be one.
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

  /// Whether it is worth asking, before the body comes, if an image would be taken in.
  var mayBeImage: Bool { headerLength == nil && !saysJSON }

  /// - Throws: `.unsupportedType` for what a model of tensors can't be sent; `.invalid` and `.unprocessable`
  ///   for a wrong form; `.invalid` where the JSON's length is wrong.
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

  /// Whether it begins as an object or a list, which no image does.
  private static func isJSON(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let first = bytes.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }
}
