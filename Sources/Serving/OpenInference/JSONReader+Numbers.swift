import Foundation

extension JSONReader {
  /// A number as it is written, and what its digits have said on the way.
  struct Numeral {
    fileprivate(set) var range: Range<Int>
    let isNegative: Bool
    /// Neither a point nor an exponent.
    var isInteger = true
    /// The digits without the point, as one number; of the last 64 bits only, where there are more than 19.
    var digits: UInt64 = 0
    var digitCount = 0
    /// What power of 10 `digits` is to be multiplied by.
    var exponent = 0
  }

  /// Longer numbers are not written by anybody.
  private static let maximumDigits = 512

  /// A number. What is too large for a `Double` is infinite.
  mutating func number() throws(JSONError) -> Double {
    let numeral = try numeral()
    if let value = Self.exact(numeral) { return value }
    guard let value = nearest(numeral.range) else { throw error("a number is too long") }
    return value
  }

  /// A whole number that fits; `nil` for another number.
  mutating func integer<Number: FixedWidthInteger>(
    _ type: Number.Type = Int64.self
  ) throws(JSONError) -> Number? {
    let numeral = try numeral()
    guard numeral.isInteger else { return nil }
    // Leading zeros are not allowed, so 20 digits and more are above 64 bits, or may be.
    if numeral.digitCount <= 19 {
      if !numeral.isNegative { return Number(exactly: numeral.digits) }
      return numeral.digits <= 1 << 63 ? Number(exactly: Int64(bitPattern: 0 &- numeral.digits)) : nil
    }
    return numeral.digitCount == 20 ? Number(String(decoding: bytes[numeral.range], as: UTF8.self)) : nil
  }

  /// For messages: what was read since then, shortened.
  func excerpt(since start: JSONReader) -> String {
    var start = start
    _ = start.peek()
    let text = bytes[start.position..<max(position, start.position)]
    let shown = String(decoding: text.prefix(24), as: UTF8.self)
    return text.count > 24 ? shown + "…" : shown
  }

  /// Passes over a number, as the grammar has it.
  mutating func numeral() throws(JSONError) -> Numeral {
    guard let first = peek(), first == UInt8(ascii: "-") || Self.isDigit(first) else {
      throw error("a number should be here")
    }
    let (start, isNegative) = (position, first == UInt8(ascii: "-"))
    if isNegative { position += 1 }
    let leading = position
    var numeral = Numeral(range: start..<start, isNegative: isNegative)
    try readDigits(into: &numeral)
    guard bytes[leading] != UInt8(ascii: "0") || position == leading + 1 else {
      throw error("a number begins with 0")
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      let point = position
      try readDigits(into: &numeral)
      numeral.isInteger = false
      numeral.exponent = point - position
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      numeral.isInteger = false
      numeral.exponent += try exponent()
    }
    numeral.range = start..<position
    return numeral
  }

  private mutating func exponent() throws(JSONError) -> Int {
    var isNegative = false
    if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
      isNegative = bytes[position] == UInt8(ascii: "-")
      position += 1
    }
    var numeral = Numeral(range: position..<position, isNegative: isNegative)
    try readDigits(into: &numeral)
    // Far beyond what any power is used for.
    let exponent = numeral.digitCount <= 6 ? Int(numeral.digits) : 1_000_000
    return isNegative ? -exponent : exponent
  }

  private mutating func readDigits(into numeral: inout Numeral) throws(JSONError) {
    let start = position
    var digits = numeral.digits
    while position < bytes.count {
      let digit = bytes[position] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      digits = digits &* 10 &+ UInt64(digit)
      position += 1
    }
    guard position > start else { throw error("a digit should be here") }
    numeral.digits = digits
    numeral.digitCount += position - start
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// The nearest number where one operation on exact numbers gives it, as of nearly all that are written.
  ///
  /// Source: Clinger, *How to read floating point numbers accurately*, PLDI 1990.
  private static func exact(_ numeral: Numeral) -> Double? {
    guard numeral.digitCount <= 19, numeral.digits <= 1 << 53, abs(numeral.exponent) < powers.count else {
      return nil
    }
    var value = Double(numeral.digits)
    if numeral.exponent < 0 { value /= powers[-numeral.exponent] } else { value *= powers[numeral.exponent] }
    return numeral.isNegative ? -value : value
  }

  /// The powers of 10 that are exact.
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19,
    1e20, 1e21, 1e22,
  ]

  /// The nearest number; `nil` for a text of unreasonable length.
  private func nearest(_ range: Range<Int>) -> Double? {
    guard range.count <= Self.maximumDigits else { return nil }
    return withUnsafeTemporaryAllocation(byteCount: range.count + 1, alignment: 1) { text in
      text.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[range]))
      text[range.count] = 0
      return text.bindMemory(to: CChar.self).baseAddress.map { strtod($0, nil) }
    }
  }
}
