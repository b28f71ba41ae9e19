extension JSONReader {
  /// A valid text as written, without its quotes and with its escapes.
  struct Text {
    let bytes: UnsafeRawBufferPointer.SubSequence
    let hasEscapes: Bool
  }

  /// An object's key, for comparison.
  struct Key {
    fileprivate let text: Text

    static func ~= (name: StaticString, key: Key) -> Bool {
      key.text.hasEscapes ? key.matches(name) : equal(key.text.bytes, name)
    }

    /// The same where some bytes are escaped.
    private func matches(_ name: StaticString) -> Bool {
      let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
      var (reader, rest) = (JSONReader(UnsafeRawBufferPointer(rebasing: text.bytes)), name[...])
      while reader.position < reader.bytes.count {
        let byte = reader.bytes[reader.position]
        reader.position += 1
        if byte != UInt8(ascii: "\\") {
          guard rest.popFirst() == byte else { return false }
        } else {
          guard let scalar = try? reader.escape() else { return false }
          for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
            guard rest.popFirst() == unit else { return false }
          }
        }
      }
      return rest.isEmpty
    }

    var string: String { String(decoding: (try? JSONReader.unescaped(text)) ?? [], as: UTF8.self) }
  }

  mutating func string() throws(JSONError) -> String {
    let text = try text()
    guard text.hasEscapes else { return String(decoding: text.bytes, as: UTF8.self) }
    return String(decoding: try Self.unescaped(text), as: UTF8.self)
  }

  /// Reads a text and passes on its bytes, which are only copied if some are escaped.
  mutating func withText<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    let text = try text()
    guard text.hasEscapes else { return try body(UnsafeRawBufferPointer(rebasing: text.bytes)) }
    return try Self.unescaped(text).withUnsafeBytes(body)
  }

  /// Reads a key and the colon behind it.
  mutating func key() throws(JSONError) -> Key {
    let text = try text()
    try expect(UInt8(ascii: ":"), "':'")
    return Key(text: text)
  }

  /// Skips a text.
  mutating func text() throws(JSONError) -> Text {
    try expect(UInt8(ascii: "\""), "text")
    let start = position
    var (hasEscapes, isASCII) = (false, true)
    while true {
      isASCII = passPlain() && isASCII
      guard position < bytes.count else { throw error("text has no end") }
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") { break }
      guard byte == UInt8(ascii: "\\") else { throw error("text has a control character") }
      hasEscapes = true
      _ = try escape()
    }
    let range = bytes[start..<(position - 1)]
    guard isASCII || Self.isUTF8(range) else { throw error("text is not UTF-8") }
    return Text(bytes: range, hasEscapes: hasEscapes)
  }

  private static func isUTF8(_ bytes: UnsafeRawBufferPointer.SubSequence) -> Bool {
    let span = UnsafeRawBufferPointer(rebasing: bytes).bindMemory(to: UInt8.self).span
    return (try? UTF8Span(validating: span)) != nil
  }

  /// Goes to the next quote, backslash or control character, or to the end, eight bytes at a time.
  ///
  /// - Returns: whether all bytes on the way are ASCII.
  private mutating func passPlain() -> Bool {
    let (ones, highs) = (UInt64(0x0101_0101_0101_0101), UInt64(0x8080_8080_8080_8080))
    var seen: UInt64 = 0
    while bytes.count - position >= 8 {
      let word = UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      // Subtracting borrows from a byte only if it, or one before it, is found.
      let (quotes, backslashes) = (word ^ ones &* 0x22, word ^ ones &* 0x5C)
      let found =
        ((word &- ones &* 0x20) & ~word | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes)
        & highs
      guard found == 0 else {
        let bits = found.trailingZeroBitCount & ~7
        position += bits / 8
        return (seen | word & (1 << bits &- 1)) & highs == 0
      }
      seen |= word
      position += 8
    }
    while position < bytes.count {
      let byte = bytes[position]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
      seen |= UInt64(byte)
      position += 1
    }
    return seen & highs == 0
  }

  /// The text with its escapes, which are valid, decoded.
  fileprivate static func unescaped(_ text: Text) throws(JSONError) -> [UInt8] {
    var reader = JSONReader(UnsafeRawBufferPointer(rebasing: text.bytes))
    var units: [UInt8] = []
    units.reserveCapacity(reader.bytes.count)
    while true {
      let start = reader.position
      _ = reader.passPlain()
      units.append(contentsOf: reader.bytes[start..<reader.position])
      guard reader.position < reader.bytes.count else { return units }
      reader.position += 1
      units.append(contentsOf: UTF8.encode(try reader.escape()) ?? UTF8.encodedReplacementCharacter)
    }
  }

  /// The character of an escape, from behind its backslash.
  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    guard position < bytes.count else { throw error("text has no end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
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
      return scalar
    default: throw error("text has an unknown escape")
    }
  }

  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    guard bytes.count - position >= 4 else { throw error("\\u needs four hexadecimal digits") }
    var code: UInt32 = 0
    for byte in bytes[position..<(position + 4)] {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw error("\\u needs four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
    }
    position += 4
    return code
  }
}
