import Foundation

/// Reads JSON (RFC 8259) from bytes in one pass, without building a tree.
///
/// Numbers go straight from the text to their destination: a request is mostly numbers, and Foundation's
/// decoder makes an object of each. Texts and keys are read in place.
///
/// Used while the bytes live; it keeps a pointer to them.
struct JSONReader {
  let bytes: UnsafeRawBufferPointer
  /// Bytes read.
  var position = 0

  private static let maximumDepth = 32

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next byte that is not white space; `nil` at the end.
  @inline(__always) mutating func peek() -> UInt8? {
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

  /// Reads an object; `member` must read each value. A key whose value is `null` counts as absent.
  mutating func object(_ member: (inout JSONReader, _ key: Key) throws -> Void) throws {
    try expect(UInt8(ascii: "{"), "an object")
    var count = 0
    while try hasNext(count, before: UInt8(ascii: "}")) {
      count += 1
      let key = try key()
      if peek() == UInt8(ascii: "n") { try word("null") } else { try member(&self, key) }
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

  /// Whether the array has another element after `count`. Call it before each element, and at the end.
  mutating func hasElement(_ count: Int) throws(JSONError) -> Bool {
    try hasNext(count, before: UInt8(ascii: "]"))
  }

  mutating func boolean() throws(JSONError) -> Bool {
    let isTrue = peek() == UInt8(ascii: "t")
    try word(isTrue ? "true" : "false")
    return isTrue
  }

  /// Skips any value, in one loop and without allocation.
  mutating func skip() throws(JSONError) {
    // The open objects and arrays: the lowest bit is the innermost, and set for an object.
    var (objects, depth) = (UInt64(0), 0)
    while true {
      let first = peek()
      switch first {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard depth < Self.maximumDepth else { throw error("values are nested too deeply") }
        position += 1
        let isObject = first == UInt8(ascii: "{")
        if !take(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
          objects = objects << 1 | (isObject ? 1 : 0)
          depth += 1
          if isObject { _ = try key() }
          continue
        }
      case UInt8(ascii: "\""): _ = try text()
      case UInt8(ascii: "t"): try word("true")
      case UInt8(ascii: "f"): try word("false")
      case UInt8(ascii: "n"): try word("null")
      default: try passNumber()
      }
      // A value has ended, and perhaps the ones around it.
      while true {
        guard depth > 0 else { return }
        let isObject = objects & 1 == 1
        if take(UInt8(ascii: ",")) {
          if isObject { _ = try key() }
          break
        }
        try expect(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"), "',' or the end of the list")
        objects >>= 1
        depth -= 1
      }
    }
  }

  func error(_ reason: String) -> JSONError { JSONError(position: position, reason: reason) }

  private mutating func hasNext(_ count: Int, before end: UInt8) throws(JSONError) -> Bool {
    if take(end) { return false }
    if count > 0 { try expect(UInt8(ascii: ","), "',' or the end of the list") }
    return true
  }

  @inline(__always) private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  mutating func expect(_ byte: UInt8, _ what: String) throws(JSONError) {
    guard take(byte) else {
      throw error(position == bytes.count ? "it ends where \(what) should be" : "\(what) should be here")
    }
  }

  private mutating func word(_ word: StaticString) throws(JSONError) {
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count, JSONReader.equal(bytes[position..<end], word) else {
      throw error("a value should be here")
    }
    position = end
  }

  static func equal(_ bytes: UnsafeRawBufferPointer.SubSequence, _ word: StaticString) -> Bool {
    guard bytes.count == word.utf8CodeUnitCount, let base = bytes.base.baseAddress else {
      return bytes.count == word.utf8CodeUnitCount
    }
    return memcmp(base + bytes.startIndex, word.utf8Start, bytes.count) == 0
  }
}

/// An error: a text is not the expected JSON.
struct JSONError: Error, Equatable {
  /// The position of the error in bytes, from 0.
  let position: Int
  let reason: String
}
