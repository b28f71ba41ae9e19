import Dataflow
import Planning

/// One way to damage bytes.
public enum ByteMutation: CaseIterable, Sendable {
  case flipBit, setByte, stepByte, remove, truncate, insertWord, overwriteByWord, copyPart, repeatByte,
    splice,
    setNumber

  /// Damages bytes in one to nine ways, mostly in few.
  ///
  /// - Parameters:
  ///   - other: of the same kind; parts of it may take the place of what was there.
  ///   - words: what means something where these bytes are read.
  public static func damage(
    _ bytes: inout [UInt8], other: [UInt8], words: [[UInt8]] = Self.words,
    using random: inout SeededGenerator
  ) {
    for _ in 0..<([1, 1, 1, 2, 3, 5, 9].randomElement(using: &random) ?? 1) {
      if bytes.isEmpty { bytes = other }
      allCases.randomElement(using: &random)?.apply(to: &bytes, other: other, words: words, using: &random)
    }
  }

  private func apply(
    to bytes: inout [UInt8], other: [UInt8], words: [[UInt8]], using random: inout SeededGenerator
  ) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: 0..<bytes.count, using: &random)
    let word = words.randomElement(using: &random) ?? [0]
    switch self {
    case .flipBit: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case .setByte: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case .stepByte: bytes[place] &+= [1, 255, 128].randomElement(using: &random) ?? 1
    case .remove:
      let count = [1, 1, 2, 4, 16, 100].randomElement(using: &random) ?? 1
      bytes.removeSubrange(place..<min(place + count, bytes.count))
    case .truncate: bytes.removeSubrange(place...)
    case .insertWord: bytes.insert(contentsOf: word, at: place)
    case .overwriteByWord: bytes.replaceSubrange(place..<min(place + word.count, bytes.count), with: word)
    case .copyPart:
      let count = [1, 4, 16, 64, 1000].randomElement(using: &random) ?? 1
      let from = Int.random(in: 0..<bytes.count, using: &random)
      bytes.insert(contentsOf: Array(bytes[from..<min(from + count, bytes.count)]), at: place)
    case .repeatByte:
      let count = [1, 10, 100, 3000].randomElement(using: &random) ?? 1
      bytes.insert(contentsOf: repeatElement(bytes[place], count: count), at: place)
    case .splice: bytes = Array(bytes[..<place] + other[min(place, other.count)...])
    case .setNumber:
      let number =
        [0, 1, 5, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF]
        .randomElement(using: &random) ?? 0
      let all = withUnsafeBytes(of: UInt64(number).bigEndian) { Array($0) }
      let part = all.suffix([1, 2, 3, 4, 8].randomElement(using: &random) ?? 1)
      bytes.replaceSubrange(place..<min(place + part.count, bytes.count), with: part)
    }
  }

  /// What means something to readers of HTTP, JSON, YAML and protocol buffers.
  public static let words: [[UInt8]] =
    [
      "-1", "0", "99999999999999999999", "9223372036854775807", "9223372036854775808", "2147483648", "1e309",
      "1e-300", "-0.0", "null", "[", "]", "{", "}", "\"", ",", ":", "\\u0000", "\\ud800", "\\", "\r\n",
      "\r\n\r\n",
      "\n", " ", "\t", "%2f", "%00", "../", "NaN", "Infinity", ".inf", "true", "\"data\"",
      "\"shape\":[4294967296]",
      "\"outputs\":[],", "\"inputs\":[],", "Transfer-Encoding: chunked\r\n", "Content-Length: 5\r\n",
      "Connection: close\r\n", "\u{1F600}", "&a ", "*a", "<<: ", "- ", "? ", "!!binary ", "---\n", "|", ">",
      "#", "'",
      "1:30", "0x1F", "0o17", "1_000", "~",
    ].map { Array($0.utf8) } + [
      [0], [0xFF], [0x7F], [0x80], [0xC0, 0x80], Array(repeating: 0xFF, count: 9) + [1],
      [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0], [0, 0, 0, 4, 0, 0, 0, 0, 0],
      [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8],
      [0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF],
    ]
}
