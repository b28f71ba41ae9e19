/// Reads numbers from untrusted bytes; every access is checked, and `nil` means the end of the bytes.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  var position = 0
  var isLittleEndian = false

  init(_ bytes: UnsafeRawBufferPointer, isLittleEndian: Bool = false) {
    self.bytes = bytes
    self.isLittleEndian = isLittleEndian
  }

  var remaining: Int { bytes.count - position }

  mutating func byte() -> Int? {
    guard remaining >= 1 else { return nil }
    defer { position += 1 }
    return Int(bytes[position])
  }

  /// At most 8 bytes.
  mutating func bits(byteCount: Int) -> UInt64? {
    guard remaining >= byteCount else { return nil }
    var value: UInt64 = 0
    for index in 0..<byteCount {
      let place = isLittleEndian ? position + byteCount - 1 - index : position + index
      value = value << 8 | UInt64(bytes[place])
    }
    position += byteCount
    return value
  }

  /// At most 7 bytes.
  mutating func integer(byteCount: Int) -> Int? { bits(byteCount: byteCount).map { Int($0) } }

  mutating func uint16() -> Int? { integer(byteCount: 2) }
  mutating func uint32() -> Int? { integer(byteCount: 4) }

  mutating func skip(_ count: Int) -> Bool {
    guard count >= 0, remaining >= count else { return false }
    position += count
    return true
  }

  /// The next bytes; none are read if there are fewer.
  mutating func slice(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count >= 0, remaining >= count else { return nil }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  mutating func skip(ifNext text: StaticString) -> Bool {
    let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard remaining >= expected.count, bytes[position..<position + expected.count].elementsEqual(expected)
    else {
      return false
    }
    position += expected.count
    return true
  }
}
