import Foundation

/// Reads JSON (RFC 8259) from bytes in one pass, piece by piece, without a tree of what was read.
///
/// Numbers go from the text straight to where they are wanted: a request is mostly numbers, and Foundation's decoder
/// makes an object of each.
///
/// Used while the bytes live; it keeps a pointer to them.
struct JSONReader {
  private let bytes: UnsafeRawBufferPointer
  /// Bytes read.
  private(set) var position = 0

  private static let maximumDepth = 32
  /// Longer numbers are not written by anybody.
  private static let maximumDigits = 512

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next byte that is not white space; `nil` at the end.
  mutating func peek() -> UInt8? {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      case let byte: return byte
      }
    }
    return nil
  }

  /// Checks that nothing follows.
  mutating func end() throws(JSONError) {
    guard peek() == nil else { throw error("something follows after the value") }
  }

  /// Reads an object; `member` must read each value.
  mutating func object(_ member: (inout JSONReader, _ key: String) throws -> Void) throws {
    try expect(UInt8(ascii: "{"), "an object")
    var count = 0
    while try hasNext(count, before: UInt8(ascii: "}")) {
      let key = try string()
      try expect(UInt8(ascii: ":"), "':'")
      try member(&self, key)
      count += 1
    }
  }

  /// Reads an array; `element` must read each.
  mutating func array(_ element: (inout JSONReader) throws -> Void) throws {
    try beginArray()
    var count = 0
    while try hasElement(count) {
      try element(&self)
      count += 1
    }
  }

  /// Begins an array that is read without a closure, element by element.
  mutating func beginArray() throws(JSONError) { try expect(UInt8(ascii: "["), "an array") }

  /// Whether the array, of which `count` elements are read, has another one. Must be asked before each, and last.
  mutating func hasElement(_ count: Int) throws(JSONError) -> Bool {
    try hasNext(count, before: UInt8(ascii: "]"))
  }

  mutating func string() throws(JSONError) -> String {
    try expect(UInt8(ascii: "\""), "text")
    var units: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else { throw error("text is not UTF-8") }
        return text
      case UInt8(ascii: "\\"): try escape(into: &units)
      case 0..<0x20: throw error("text has a control character")
      default: units.append(byte)
      }
    }
    throw error("text has no end")
  }

  /// A number. What is too large for a `Double` is infinite.
  mutating func number() throws(JSONError) -> Double {
    let (range, isInteger) = try numberText()
    // Up to 15 digits are exact in a Double, and most numbers that are written are a few digits and a point.
    if isInteger, range.count <= 15 { return Double(shortInteger(range)) }
    guard let value = decimal(range) else { throw error("a number is too long") }
    return value
  }

  /// A whole number that fits; `nil` for another number.
  mutating func integer() throws(JSONError) -> Int64? {
    let (range, isInteger) = try numberText()
    return isInteger ? Int64(String(decoding: bytes[range], as: UTF8.self)) : nil
  }

  mutating func boolean() throws(JSONError) -> Bool {
    let isTrue = peek() == UInt8(ascii: "t")
    try word(isTrue ? "true" : "false")
    return isTrue
  }

  /// Passes over any value.
  mutating func skip() throws { try skip(depth: 0) }

  private mutating func skip(depth: Int) throws {
    guard depth < Self.maximumDepth else { throw error("values are nested too deeply") }
    switch peek() {
    case UInt8(ascii: "{"): try object { reader, _ in try reader.skip(depth: depth + 1) }
    case UInt8(ascii: "["): try array { try $0.skip(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: _ = try numberText()
    }
  }

  func error(_ reason: String) -> JSONError { JSONError(position: position, reason: reason) }

  private mutating func hasNext(_ count: Int, before end: UInt8) throws(JSONError) -> Bool {
    if take(end) { return false }
    if count > 0 { try expect(UInt8(ascii: ","), "',' or the end of the list") }
    return true
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: UInt8, _ what: String) throws(JSONError) {
    guard take(byte) else {
      throw error(position == bytes.count ? "it ends where \(what) should be" : "\(what) should be here")
    }
  }

  private mutating func word(_ word: String) throws(JSONError) {
    let end = position + word.utf8.count
    guard end <= bytes.count, bytes[position..<end].elementsEqual(word.utf8) else {
      throw error("a value should be here")
    }
    position = end
  }

  private mutating func escape(into units: inout [UInt8]) throws(JSONError) {
    guard position < bytes.count else { throw error("text has no end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(byte)
    case UInt8(ascii: "b"): units.append(0x08)
    case UInt8(ascii: "f"): units.append(0x0C)
    case UInt8(ascii: "n"): units.append(0x0A)
    case UInt8(ascii: "r"): units.append(0x0D)
    case UInt8(ascii: "t"): units.append(0x09)
    case UInt8(ascii: "u"):
      var code = try codeUnit()
      if 0xD800..<0xDC00 ~= code, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = try codeUnit()
        guard 0xDC00..<0xE000 ~= low else { throw error("text has half a character") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error("text has half a character") }
      units += UTF8.encode(scalar).map(Array.init) ?? []
    default: throw error("text has an unknown escape")
    }
  }

  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    let end = position + 4
    guard end <= bytes.count, bytes[position..<end].allSatisfy({ isxdigit(Int32($0)) != 0 }),
      let code = UInt32(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16)
    else { throw error("\\u needs four hexadecimal digits") }
    position = end
    return code
  }

  /// Passes over a number, as the grammar has it, and gives where it is.
  private mutating func numberText() throws(JSONError) -> (range: Range<Int>, isInteger: Bool) {
    guard let first = peek(), first == UInt8(ascii: "-") || isDigit(first) else {
      throw error("a number should be here")
    }
    let start = position
    var isInteger = true
    if first == UInt8(ascii: "-") { position += 1 }
    let leading = position
    try digits()
    guard bytes[leading] != UInt8(ascii: "0") || position == leading + 1 else {
      throw error("a number begins with 0")
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try digits()
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+")
      {
        position += 1
      }
      try digits()
    }
    return (start..<position, isInteger)
  }

  private mutating func digits() throws(JSONError) {
    guard position < bytes.count, isDigit(bytes[position]) else { throw error("a digit should be here") }
    while position < bytes.count, isDigit(bytes[position]) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  private func shortInteger(_ range: Range<Int>) -> Int64 {
    let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
    var value: Int64 = 0
    for index in range.dropFirst(isNegative ? 1 : 0) {
      value = value &* 10 &+ Int64(bytes[index] &- UInt8(ascii: "0"))
    }
    return isNegative ? -value : value
  }

  /// The nearest number; `nil` for a text of unreasonable length.
  private func decimal(_ range: Range<Int>) -> Double? {
    guard range.count <= Self.maximumDigits else { return nil }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: range.count + 1) { text in
      for (offset, index) in range.enumerated() { text[offset] = CChar(bitPattern: bytes[index]) }
      text[range.count] = 0
      return text.baseAddress.map { strtod($0, nil) }
    }
  }
}

/// Why a text is not the JSON that was expected.
struct JSONError: Error, Equatable {
  /// The byte where it went wrong, from 0.
  let position: Int
  let reason: String
}
