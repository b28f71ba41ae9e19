import Basics
import Foundation
import Vision

/// A tensor of a request whose numbers are not read yet: their type is known only with the model.
///
/// Used while the request's bytes live; it keeps pointers to them.
struct InputTensor {
  enum Contents {
    /// A reader at the beginning of the numbers or texts.
    case json(JSONReader)
    /// Little-endian numbers; for BYTES, each element behind its length in four bytes.
    case raw(UnsafeRawBufferPointer)
    /// The same in a gRPC message.
    case fields(ContentFields)
  }

  let name, datatype: String
  let shape: [Int]
  let contents: Contents
  /// The encoding of texts that stand for bytes: `base64`, if stated.
  var encoding: String?

  /// Bytes of the numbers for an input.
  ///
  /// - Throws: `InferenceRequestError` if the tensor doesn't fit the input, or is too large.
  func byteCount(for input: TensorDescription, _ limits: TensorLimits) throws -> Int {
    guard datatype == input.element?.datatype, let element = input.element, fits(input.shape) else {
      throw InferenceRequestError.unfit(
        "input '\(name)' takes \(input.expectation), not \(datatype) of shape \(shape)")
    }
    let bytes = element.byteCount(shape)
    guard let bytes, bytes <= limits.maximumBytes else {
      throw InferenceRequestError.unfit(
        "input '\(name)' of shape \(shape) has \(bytes.map { "\($0)" } ?? "too many") bytes; the limit is "
          + "\(limits.maximumBytes) (\(TensorLimits.bytesOption))")
    }
    return bytes
  }

  /// Reads the numbers for an input that `byteCount` has accepted.
  func tensor(for input: TensorDescription) throws -> Tensor {
    guard let element = input.element else {
      throw InferenceRequestError.unfit("\(datatype) is not supported")
    }
    let tensor = try Tensor(element, shape: shape)
    switch contents {
    case .json(let reader):
      var numbers = RequestNumbers(of: name, shape: shape, reader)
      try numbers.read(into: tensor)
    case .raw(let bytes):
      guard bytes.count == tensor.bytes.count else {
        throw InferenceRequestError.unfit(
          "input '\(name)' has \(bytes.count.counted("byte")); \(datatype) of shape \(shape) has \(tensor.bytes.count)"
        )
      }
      tensor.bytes.copyMemory(from: bytes)
      if element == .bool { tensor.makeTruths() }
    case .fields(let fields): try check(fields.read(into: tensor), is: tensor.bytes.count / element.size)
    }
    return tensor
  }

  /// The bytes of each element of a BYTES tensor.
  ///
  /// - Parameter share: makes data of a part of the request's bytes.
  func elements(atMost limit: Int, _ share: (UnsafeRawBufferPointer) -> Data) throws -> [Data] {
    guard datatype == "BYTES" else {
      throw InferenceRequestError.unfit("input '\(name)' takes BYTES, not \(datatype)")
    }
    guard let count = ElementType.bool.byteCount(shape), count <= limit else {
      throw InferenceRequestError.unfit(
        "input '\(name)' is of shape \(shape); the limit is \(limit) elements")
    }
    guard count > 0 else { throw InferenceRequestError.unfit("input '\(name)' has no elements") }
    let elements: [Data]
    switch contents {
    case .json(let reader): elements = try texts(reader, count)
    case .raw(let bytes): elements = try split(bytes, count).map(share)
    case .fields(let fields): elements = try fields.elements(atMost: count).map(share)
    }
    try check(elements.count, is: count)
    return elements
  }

  private func texts(_ reader: JSONReader, _ limit: Int) throws -> [Data] {
    var (reader, elements) = (reader, [Data]())
    func read(_ reader: inout JSONReader) throws {
      guard reader.peek() != UInt8(ascii: "[") else { return try reader.array(read) }
      guard elements.count < limit else { throw wrongCount(elements.count + 1, limit) }
      elements.append(try reader.withText { try image(in: $0, elements.count) })
    }
    try reader.array(read)
    return elements
  }

  /// The image in a text. JSON can't carry bytes as they are, so the text is base64, whether stated or not.
  private func image(in text: UnsafeRawBufferPointer, _ index: Int) throws -> Data {
    let data = Base64.decode(text)
    if encoding?.lowercased() == "base64" {
      guard let data else {
        throw InferenceRequestError.unfit("element \(index) of input '\(name)' is not base64")
      }
      return data
    }
    guard let data, data.withUnsafeBytes({ ImageFormat(startingWith: $0) }) != nil else {
      throw InferenceRequestError.unfit(
        "element \(index) of input '\(name)' is text that is no image; send the image as the request's body, or its base64 "
          + "with \"parameters\":{\"content_type\":\"base64\"}")
    }
    return data
  }

  private func split(_ bytes: UnsafeRawBufferPointer, _ limit: Int) throws -> [UnsafeRawBufferPointer] {
    var (rest, elements) = (bytes[...], [UnsafeRawBufferPointer]())
    while !rest.isEmpty {
      guard elements.count < limit else { throw wrongCount(elements.count + 1, limit) }
      let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      guard rest.count >= 4, rest.count - 4 >= length else {
        throw InferenceRequestError.malformed(
          "element \(elements.count) of input '\(name)' goes beyond its bytes; each is preceded by its length in 4 bytes, the lowest first"
        )
      }
      elements.append(UnsafeRawBufferPointer(rebasing: rest.dropFirst(4).prefix(length)))
      rest = rest.dropFirst(4 + length)
    }
    return elements
  }

  private func check(_ found: Int, is expected: Int) throws {
    guard found == expected else { throw wrongCount(found, expected) }
  }

  private func wrongCount(_ found: Int, _ expected: Int) -> InferenceRequestError {
    .unfit("input '\(name)' has \(found) elements; its shape \(shape) says \(expected)")
  }

  private func fits(_ expected: [Int?]) -> Bool {
    expected.count == shape.count && zip(expected, shape).allSatisfy { $0 == nil || $0 == $1 }
  }
}

extension InputTensor {
  /// Maximum extents of a shape.
  static let maximumRank = 8

  /// A valid shape; each extent is from 0 and below 2³¹.
  static func shape(_ extents: [Int64]) throws -> [Int] {
    guard extents.count <= maximumRank, extents.allSatisfy({ $0 >= 0 && $0 <= Int64(Int32.max) }) else {
      throw wrongShape(extents)
    }
    return extents.map { Int($0) }
  }

  static func wrongShape(_ extents: [Int64]) -> InferenceRequestError {
    .malformed("a shape has up to \(maximumRank) whole numbers from 0, not \(extents)")
  }
}

extension Tensor {
  /// Turns non-zero bytes into 1: engines rely on 0 and 1.
  fileprivate func makeTruths() {
    for index in bytes.indices where bytes[index] > 1 { bytes[index] = 1 }
  }
}
