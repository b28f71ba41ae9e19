/// Reads the numbers of a tensor, written in one row or nested as its shape says.
struct RequestNumbers {
  private let name: String
  private let shape: [Int]
  private var reader: JSONReader
  private var filled = 0

  /// - Parameter reader: stands before the numbers.
  init(of name: String, shape: [Int], _ reader: JSONReader) {
    self.name = name
    self.shape = shape
    self.reader = reader
  }

  /// Fills `target`, which has room for exactly the shape's numbers, with what `next` reads.
  mutating func read<Number>(
    into target: UnsafeMutableBufferPointer<Number>, _ next: (inout RequestNumbers) throws -> Number
  ) throws {
    if isNested {
      try level(0, target, next)
    } else {
      try row(target.count, target, next)
    }
  }

  /// A number that is finite as a Float, rounded.
  mutating func float() throws -> Float {
    let start = reader
    let number = Float(try reader.number())
    guard number.isFinite else {
      throw InferenceRequestError.unfit(
        "number \(filled) of input '\(name)' is \(reader.excerpt(since: start)), which is too large for FP32")
    }
    return number
  }

  mutating func integer<Number: FixedWidthInteger>() throws -> Number {
    let start = reader
    if let number = try reader.integer(Number.self) { return number }
    throw InferenceRequestError.unfit(
      "number \(filled) of input '\(name)' is \(reader.excerpt(since: start)); it must be a whole number from "
        + "\(Number.min) to \(Number.max), written without a point or an exponent")
  }

  /// `true` or `false`, or 1 or 0.
  mutating func boolean() throws -> Bool {
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
      "'data' of input '\(name)' does not fit its shape \(shape); it must be \(count) numbers in one list, or "
        + "lists in lists as the shape says")
  }
}
