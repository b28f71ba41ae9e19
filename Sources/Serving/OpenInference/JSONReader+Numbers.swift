import Foundation

extension JSONReader {
  /// A number as written, with the properties of its digits.
  struct Numeral {
    fileprivate(set) var range: Range<Int>
    let isNegative: Bool
    /// Neither a point nor an exponent.
    var isInteger = true
    /// The digits without the point, as one number; of the last 64 bits only, where there are more than 19.
    var digits: UInt64 = 0
    /// Without a zero before the point.
    var digitCount = 0
    /// The power of 10 by which `digits` is multiplied.
    var exponent = 0
  }

  /// The maximum length of a number; none in use is longer.
  private static let maximumDigits = 512

  /// Reads a number. One that is too large for a `Double` is infinite.
  mutating func number() throws(JSONError) -> Double {
    let numeral = try numeral()
    if let value = Self.exact(numeral) { return value }
    guard let value = nearest(numeral.range) else { throw error("a number is too long") }
    return value
  }

  /// Reads an integer of this type; `nil` for any other number.
  mutating func integer<Number: FixedWidthInteger>(
    _ type: Number.Type = Int64.self
  ) throws(JSONError) -> Number? {
    let numeral = try numeral()
    guard numeral.isInteger else { return nil }
    // Leading zeros are not allowed, so a number of 20 digits or more may exceed 64 bits.
    if numeral.digitCount <= 19 {
      if !numeral.isNegative { return Number(exactly: numeral.digits) }
      return numeral.digits <= 1 << 63 ? Number(exactly: Int64(bitPattern: 0 &- numeral.digits)) : nil
    }
    return numeral.digitCount == 20 ? Number(String(decoding: bytes[numeral.range], as: UTF8.self)) : nil
  }

  /// The text read since then, shortened, for messages.
  func excerpt(since start: JSONReader) -> String {
    var start = start
    _ = start.peek()
    let text = bytes[start.position..<max(position, start.position)]
    let shown = String(decoding: text.prefix(24), as: UTF8.self)
    return text.count > 24 ? shown + "…" : shown
  }

  /// Reads a number by the grammar.
  mutating func numeral() throws(JSONError) -> Numeral {
    let start = try numberStart()
    let isNegative = bytes[start] == UInt8(ascii: "-")
    var numeral = Numeral(range: start..<start, isNegative: isNegative)
    let leading = position
    var digits = try readDigits(0)
    try checkLeadingZero(leading)
    numeral.digitCount = bytes[leading] == UInt8(ascii: "0") ? 0 : position - leading
    if isNext(UInt8(ascii: ".")) {
      let point = position
      digits = try readDigits(digits)
      numeral.isInteger = false
      numeral.exponent = point - position
      numeral.digitCount += position - point
    }
    if isNext(UInt8(ascii: "e"), orCapital: true) {
      numeral.isInteger = false
      numeral.exponent += try exponent()
    }
    numeral.digits = digits
    numeral.range = start..<position
    return numeral
  }

  /// Skips a number.
  mutating func passNumber() throws(JSONError) {
    _ = try numberStart()
    let leading = position
    _ = try readDigits(0)
    try checkLeadingZero(leading)
    if isNext(UInt8(ascii: ".")) { _ = try readDigits(0) }
    if isNext(UInt8(ascii: "e"), orCapital: true) { _ = try exponent() }
  }

  /// Skips white space and a sign.
  ///
  /// - Returns: the position of the number.
  @inline(__always) private mutating func numberStart() throws(JSONError) -> Int {
    guard let first = peek(), first == UInt8(ascii: "-") || Self.isDigit(first) else {
      throw error("a number should be here")
    }
    defer { if first == UInt8(ascii: "-") { position += 1 } }
    return position
  }

  @inline(__always) private func checkLeadingZero(_ leading: Int) throws(JSONError) {
    guard bytes[leading] != UInt8(ascii: "0") || position == leading + 1 else {
      throw error("a number begins with 0")
    }
  }

  @inline(__always) private mutating func isNext(_ byte: UInt8, orCapital: Bool = false) -> Bool {
    guard position < bytes.count, bytes[position] | (orCapital ? 0x20 : 0) == byte else { return false }
    position += 1
    return true
  }

  private mutating func exponent() throws(JSONError) -> Int {
    let isNegative = isNext(UInt8(ascii: "-"))
    if !isNegative { _ = isNext(UInt8(ascii: "+")) }
    let start = position
    let digits = try readDigits(0)
    // Far beyond any power in use.
    let exponent = position - start <= 6 ? Int(digits) : 1_000_000
    return isNegative ? -exponent : exponent
  }

  /// - Returns: the digits before and these, as one number; of the last 64 bits only.
  @inline(__always) private mutating func readDigits(_ before: UInt64) throws(JSONError) -> UInt64 {
    let start = position
    var digits = before
    while position < bytes.count {
      let digit = bytes[position] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      digits = digits &* 10 &+ UInt64(digit)
      position += 1
    }
    guard position > start else { throw error("a digit should be here") }
    return digits
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// The nearest number where one operation on exact numbers gives it, as for nearly all numbers in use.
  ///
  /// Source: Clinger, *How to read floating point numbers accurately*, PLDI 1990.
  private static func exact(_ numeral: Numeral) -> Double? {
    guard numeral.digitCount <= 19 else { return nil }
    let (digits, exponent) = (numeral.digits, numeral.exponent)
    guard digits <= 1 << 53, abs(exponent) < powers.count else { return extended(numeral) }
    let value = exponent < 0 ? Double(digits) / powers[-exponent] : Double(digits) * powers[exponent]
    return numeral.isNegative ? -value : value
  }

  /// The powers of 10 that are exact.
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19,
    1e20, 1e21, 1e22,
  ]

  #if arch(x86_64)
    /// The same with 64 bits of precision, for the 17 digits of numbers that were a `Double` before; `nil`
    /// where rounding twice might be wrong.
    private static func extended(_ numeral: Numeral) -> Double? {
      let (digits, exponent) = (Float80(numeral.digits), numeral.exponent)
      guard abs(exponent) < extendedPowers.count else { return nil }
      let value =
        exponent < 0 ? digits / extendedPowers[-exponent] : digits * extendedPowers[exponent]
      // A Double drops 11 of the 64 bits: near half of its last place, the second rounding decides.
      guard !(0x3FF...0x401).contains(value.significandBitPattern & 0x7FF) else { return nil }
      return Double(numeral.isNegative ? -value : value)
    }

    private static let extendedPowers: [Float80] = (0...27).map { exponent in
      (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
  #else
    private static func extended(_ numeral: Numeral) -> Double? { nil }
  #endif

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
