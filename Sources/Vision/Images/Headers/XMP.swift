import Glibc

/// The orientation in XMP metadata, which is text, read as Pillow reads it.
enum XMP {
  /// Bytes that are searched; packets are a few kilobytes.
  private static let maximumBytes = 256 << 10

  /// The first `tiff:Orientation`, an attribute or an element.
  ///
  /// - Returns: `up` for a digit that is no orientation, `nil` if there is none.
  static func orientation(packet: UnsafeRawBufferPointer) -> Orientation? {
    var reader = ByteReader(UnsafeRawBufferPointer(rebasing: packet.prefix(maximumBytes)))
    while reader.skip(past: "tiff:Orientation") {
      guard reader.skip(ifNext: "=\"") || reader.skip(ifNext: ">"), let digit = reader.byte() else {
        continue
      }
      guard (0x30...0x39).contains(digit) else { continue }
      return Orientation(rawValue: digit - 0x30) ?? .up
    }
    return nil
  }
}

extension ByteReader {
  /// Moves behind the next occurrence of the text; to the end if there is none.
  fileprivate mutating func skip(past text: StaticString) -> Bool {
    while let base = bytes.baseAddress, remaining > 0,
      let found = memchr(base + position, Int32(text.utf8Start.pointee), remaining)
    {
      position = UnsafeRawPointer(found) - base
      if skip(ifNext: text) { return true }
      position += 1
    }
    return false
  }
}
