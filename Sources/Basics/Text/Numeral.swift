/// A number as a configuration file writes it: `12`, `-1.5e-3`, `0x1f`, `0o17`, `0b101`, with `_` between
/// digits.
///
/// Ambiguous forms are no numbers: YAML's versions read `1:30` as 90 or text, and `010` as 8 or 10.
enum Numeral: Equatable {
  case integer(Int)
  /// Finite, and written with a point or an exponent.
  case real(Double)
  /// Beyond every type's range.
  case tooLarge
  case sexagesimal
  case leadingZero
  case none

  init(_ text: String) {
    var digits = Array(text.utf8)
    guard digits.count <= Self.maximumLength, Self.underscoresAreBetweenDigits(digits) else {
      self = .none
      return
    }
    digits.removeAll { $0 == UInt8(ascii: "_") }
    let sign = digits.first == UInt8(ascii: "-") ? "-" : ""
    if let first = digits.first, "+-".utf8.contains(first) { digits.removeFirst() }
    self = Self.parse(sign, digits)
  }

  private static let maximumLength = 400

  private static func parse(_ sign: String, _ digits: [UInt8]) -> Numeral {
    let text = String(decoding: digits, as: UTF8.self)
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
      let rest = text.dropFirst(2)
      guard !rest.isEmpty, rest.allSatisfy({ $0.isASCII && ($0.hexDigitValue ?? 16) < radix }) else {
        return .none
      }
      return Int(sign + rest, radix: radix).map(Numeral.integer) ?? .tooLarge
    }
    if !digits.isEmpty, digits.allSatisfy(isDigit) {
      if digits.count > 1, digits[0] == UInt8(ascii: "0") { return .leadingZero }
      return Int(sign + text).map(Numeral.integer) ?? .tooLarge
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count > 1, parts.allSatisfy({ Double($0) != nil }) { return .sexagesimal }
    guard isReal(digits), let number = Double(sign + text) else { return .none }
    return number.isFinite ? .real(number) : .tooLarge
  }

  /// `1.`, `.5` or `1.5`, with or without an exponent, or `1e5`.
  private static func isReal(_ digits: [UInt8]) -> Bool {
    var rest = digits[...]
    func dropDigits() -> Int {
      let count = rest.prefix(while: isDigit).count
      rest = rest.dropFirst(count)
      return count
    }
    var mantissa = dropDigits()
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      mantissa += dropDigits()
    }
    guard mantissa > 0 else { return false }
    if let mark = rest.first, "eE".utf8.contains(mark) {
      rest = rest.dropFirst()
      if let sign = rest.first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
      guard dropDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  private static func underscoresAreBetweenDigits(_ digits: [UInt8]) -> Bool {
    digits.indices.allSatisfy { index in
      digits[index] != UInt8(ascii: "_")
        || index > 0 && index + 1 < digits.count && isHexDigit(digits[index - 1])
          && isHexDigit(digits[index + 1])
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    Character(Unicode.Scalar(byte)).hexDigitValue != nil
  }
}
