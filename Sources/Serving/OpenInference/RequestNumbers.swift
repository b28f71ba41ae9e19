import Basics
import Vision

/// Reads the numbers of a tensor, written in one row or nested like its shape.
struct RequestNumbers {
  private let name: String
  private let shape: [Int]
  private var reader: JSONReader
  private var filled = 0

  /// - Parameter reader: at the beginning of the numbers.
  init(of name: String, shape: [Int], _ reader: JSONReader) {
    self.name = name
    self.shape = shape
    self.reader = reader
  }

  mutating func read(into tensor: Tensor) throws {
    switch tensor.element {
    case .float32: try read(into: tensor.data) { try $0.float() }
    case .float64: try read(into: tensor.bytes.bindMemory(to: Double.self)) { try $0.double() }
    case .float16:
      throw InferenceRequestError.unfit(
        "input '\(name)' is of FP16, which JSON can't carry; send it as binary data")
    case .bool: try read(into: tensor.bytes.bindMemory(to: UInt8.self)) { try $0.boolean() ? 1 : 0 }
    case .uint8: try read(into: tensor, UInt8.self)
    case .uint16: try read(into: tensor, UInt16.self)
    case .uint32: try read(into: tensor, UInt32.self)
    case .uint64: try read(into: tensor, UInt64.self)
    case .int8: try read(into: tensor, Int8.self)
    case .int16: try read(into: tensor, Int16.self)
    case .int32: try read(into: tensor, Int32.self)
    case .int64: try read(into: tensor, Int64.self)
    }
    withExtendedLifetime(tensor) {}
  }

  private mutating func read<Number: FixedWidthInteger>(into tensor: Tensor, _ type: Number.Type) throws {
    try read(into: tensor.bytes.bindMemory(to: type)) { try $0.integer() }
  }

  /// Fills `target`, which has room for exactly the shape's numbers, with what `next` reads.
  private mutating func read<Number>(
    into target: UnsafeMutableBufferPointer<Number>, _ next: (inout RequestNumbers) throws -> Number
  ) throws {
    if isNested {
      try level(0, target, next)
    } else {
      try row(target.count, target, next)
    }
  }

  /// A number that is finite as a Float, rounded.
  private mutating func float() throws -> Float {
    let start = reader
    let number = Float(try reader.number())
    guard number.isFinite else {
      throw InferenceRequestError.unfit(
        "number \(filled) of input '\(name)' is \(reader.excerpt(since: start)), which is too large for FP32")
    }
    return number
  }

  private mutating func double() throws -> Double {
    let start = reader
    let number = try reader.number()
    guard number.isFinite else {
      throw InferenceRequestError.unfit(
        "number \(filled) of input '\(name)' is \(reader.excerpt(since: start)), which is too large for FP64")
    }
    return number
  }

  private mutating func integer<Number: FixedWidthInteger>() throws -> Number {
    let start = reader
    if let number = try reader.integer(Number.self) { return number }
    throw InferenceRequestError.unfit(
      "number \(filled) of input '\(name)' is \(reader.excerpt(since: start)); it must be a whole number from "
        + "\(Number.min) to \(Number.max), written without a point or an exponent")
  }

  /// `true` or `false`, or 1 or 0.
  private mutating func boolean() throws -> Bool {
    switch reader.peek() {
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return try reader.boolean()
    default:
      let start = reader
      let number = try reader.integer(UInt8.self)
      guard let number, number < 2 else {
        throw InferenceRequestError.unfit(
          "number \(filled) of input '\(name)' is \(reader.excerpt(since: start)); it must be true or false")
      }
      return number == 1
    }
  }

  /// Whether this is an array that begins with an array.
  private var isNested: Bool {
    var ahead = reader
    return (try? ahead.beginArray()) != nil && ahead.peek() == UInt8(ascii: "[")
  }

  private mutating func level<Number>(
    _ depth: Int, _ target: UnsafeMutableBufferPointer<Number>,
    _ next: (inout RequestNumbers) throws -> Number
  ) throws {
    guard depth + 1 < shape.count else { return try row(shape.last ?? 1, target, next) }
    try reader.beginArray()
    var length = 0
    while try reader.hasElement(length) {
      guard length < shape[depth] else { throw wrongCount(target.count) }
      try level(depth + 1, target, next)
      length += 1
    }
    guard length == shape[depth] else { throw wrongCount(target.count) }
  }

  private mutating func row<Number>(
    _ expected: Int, _ target: UnsafeMutableBufferPointer<Number>,
    _ next: (inout RequestNumbers) throws -> Number
  ) throws {
    try reader.beginArray()
    var length = 0
    while try reader.hasElement(length) {
      guard length < expected else { throw wrongCount(target.count) }
      target[filled] = try next(&self)
      filled += 1
      length += 1
    }
    guard length == expected else { throw wrongCount(target.count) }
  }

  private func wrongCount(_ count: Int) -> InferenceRequestError {
    .unfit(
      "'data' of input '\(name)' does not fit its shape \(shape); it must be \(count.counted("number")) in one list, or "
        + "lists in lists as the shape says")
  }
}
