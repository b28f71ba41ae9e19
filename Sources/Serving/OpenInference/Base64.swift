import Foundation

/// Base64 (RFC 4648) in all its common forms.
enum Base64 {
  private static let none: UInt8 = 0xFF, blank: UInt8 = 0xFE, padding: UInt8 = 0xFD

  /// For each byte its six bits, or its other meaning; in the usual alphabet and that for URLs.
  private static let meanings: [UInt8] = {
    var meanings = [UInt8](repeating: none, count: 256)
    for (bits, byte) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.enumerated() {
      meanings[Int(byte)] = UInt8(bits)
    }
    meanings[Int(UInt8(ascii: "-"))] = 62
    meanings[Int(UInt8(ascii: "_"))] = 63
    for byte in " \t\r\n".utf8 { meanings[Int(byte)] = blank }
    meanings[Int(UInt8(ascii: "="))] = padding
    return meanings
  }()

  /// The bytes of a text, in one line or several, with either alphabet, with or without padding, also as a
  /// data URL (RFC 2397).
  ///
  /// - Returns: `nil` if it is no base64.
  static func decode(_ text: UnsafeRawBufferPointer) -> Data? {
    guard let text = body(of: text) else { return nil }
    guard let memory = malloc(text.count / 4 * 3 + 3) else { return nil }
    let count = meanings.withUnsafeBufferPointer { decode(text, $0, into: memory) }
    guard let count else {
      free(memory)
      return nil
    }
    return Data(bytesNoCopy: memory, count: count, deallocator: .free)
  }

  /// - Parameter target: has room for three bytes of each four of the text, and three more.
  /// - Returns: the number of bytes written.
  private static func decode(
    _ text: UnsafeRawBufferPointer.SubSequence, _ meanings: UnsafeBufferPointer<UInt8>,
    into target: UnsafeMutableRawPointer
  ) -> Int? {
    var (position, written) = (text.startIndex, 0)
    func store(_ bits: UInt32, _ count: Int) {
      for index in 0..<count {
        target.storeBytes(
          of: UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * index)), toByteOffset: written + index,
          as: UInt8.self)
      }
      written += count
    }
    var (bits, symbols, paddings) = (UInt32(0), 0, 0)
    while position < text.endIndex {
      // Four at once, the usual case.
      if symbols == 0, paddings == 0, text.endIndex - position >= 4 {
        let a = meanings[Int(text[position])]
        let b = meanings[Int(text[position + 1])]
        let c = meanings[Int(text[position + 2])]
        let d = meanings[Int(text[position + 3])]
        if a | b | c | d < 64 {
          store(UInt32(a) << 18 | UInt32(b) << 12 | UInt32(c) << 6 | UInt32(d), 3)
          position += 4
          continue
        }
      }
      let meaning = meanings[Int(text[position])]
      position += 1
      switch meaning {
      case blank: continue
      case padding: paddings += 1
      case 0..<64 where paddings == 0:
        bits = bits << 6 | UInt32(meaning)
        symbols += 1
        guard symbols == 4 else { continue }
        store(bits, 3)
        (bits, symbols) = (0, 0)
      default: return nil
      }
    }
    guard symbols != 1, paddings == 0 || symbols > 1 && symbols + paddings == 4 else { return nil }
    if symbols > 0 { store(bits << UInt32(6 * (4 - symbols)), symbols - 1) }
    return written
  }

  /// The part behind `data:image/jpeg;base64,`; the whole text if it doesn't begin so.
  private static func body(of text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer.SubSequence? {
    guard text.count >= 5, String(decoding: text.prefix(5), as: UTF8.self).lowercased() == "data:" else {
      return text[...]
    }
    guard let comma = text.prefix(longestHead).firstIndex(of: UInt8(ascii: ",")),
      String(decoding: text[..<comma], as: UTF8.self).lowercased().hasSuffix(";base64")
    else { return nil }
    return text[(comma + 1)...]
  }

  private static let longestHead = 256
}
