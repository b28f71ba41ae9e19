import Glibc
import TestSupport

/// One way to damage an image.
enum Mutation: CaseIterable {
  case flipBits, setBytes, truncate, removePart, repeatPart, splice, editHead, editMarker, editChunk,
    interestingNumber, insertMetadata, animate, repair

  func apply(to bytes: inout [UInt8], other: [UInt8], using random: inout SeededGenerator) {
    guard bytes.count > 16 else { return }
    switch self {
    case .flipBits:
      for _ in 0..<Int.random(in: 1...16, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
    case .setBytes:
      let start = Int.random(in: 0..<bytes.count, using: &random)
      let value = [0x00, 0xFF, 0x7F, 0x80, UInt8.random(in: 0...255, using: &random)].randomElement(
        using: &random)!
      for index in start..<min(start + Int.random(in: 1...32, using: &random), bytes.count) {
        bytes[index] = value
      }
    case .truncate:
      bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
    case .removePart:
      bytes.removeSubrange(part(of: bytes, using: &random))
    case .repeatPart:
      let part = Array(bytes[part(of: bytes, using: &random)])
      bytes.insert(contentsOf: part, at: Int.random(in: 0...bytes.count, using: &random))
    case .splice:
      let cut = Int.random(in: 0..<bytes.count, using: &random)
      bytes = Array(bytes[..<cut] + other[min(cut, other.count)...])
    case .editHead:
      // Where all formats keep sizes and kinds.
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<min(64, bytes.count), using: &random)
        bytes[index] = UInt8.random(in: 0...255, using: &random)
      }
    case .editMarker:
      editMarker(&bytes, using: &random)
    case .editChunk:
      editChunk(&bytes, using: &random)
    case .insertMetadata:
      Container(bytes).map { bytes = $0.insertMetadata(into: bytes, using: &random) }
    case .animate:
      if Container(bytes) == .webp { bytes = Container.animation(of: bytes, using: &random) }
    case .repair:
      if Container(bytes) == .png { Container.repairChecksums(&bytes) }
    case .interestingNumber:
      let values: [[UInt8]] = [
        [0, 0, 0, 0], [0, 0, 0, 1], [0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0],
        [0, 0, 0xFF, 0xFF], [0, 1, 0, 0], [0, 0, 0x40, 0],
      ]
      let index = Int.random(in: 0..<min(bytes.count - 4, 2000), using: &random)
      bytes.replaceSubrange(index..<index + 4, with: values.randomElement(using: &random)!)
    }
  }

  private func part(of bytes: [UInt8], using random: inout SeededGenerator) -> Range<Int> {
    let start = Int.random(in: 0..<bytes.count, using: &random)
    return start..<min(start + Int.random(in: 1...4096, using: &random), bytes.count)
  }

  /// JPEG: another marker, another segment length, or another byte just behind them (tables, sampling factors,
  /// spectral selection).
  private func editMarker(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
    // Half of the time in the header, where most of them are.
    let range = Bool.random(using: &random) ? min(1024, bytes.count) : bytes.count
    let start = Int.random(in: 0..<range, using: &random)
    let markers: [[UInt8]] = [
      [0xFF, 0xC0], [0xFF, 0xC2], [0xFF, 0xC4], [0xFF, 0xDB], [0xFF, 0xDA], [0xFF],
    ]
    guard let marker = place(of: markers.randomElement(using: &random)!, in: bytes, from: start) else {
      return
    }
    let index = marker + Int.random(in: 1..<24, using: &random)
    guard index < bytes.count else { return }
    bytes[index] = UInt8.random(in: 0...255, using: &random)
  }

  /// PNG and WebP: another length or type of a chunk, or another byte at its beginning.
  private func editChunk(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
    let names = [
      "IHDR", "PLTE", "tRNS", "IDAT", "IEND", "eXIf", "RIFF", "VP8 ", "VP8L", "VP8X", "ALPH", "ANMF", "EXIF",
      "XMP ",
      "tEXt", "zTXt", "iTXt", "acTL", "fcTL",
    ]
    let places = names.compactMap { place(of: Array($0.utf8), in: bytes, from: 0) }
    guard let place = places.randomElement(using: &random) else { return }
    let index = place + Int.random(in: -4..<16, using: &random)
    guard bytes.indices.contains(index) else { return }
    bytes[index] = UInt8.random(in: 0...255, using: &random)
  }

  private func place(of pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    bytes.withUnsafeBytes { bytes in
      var position = start
      while position < bytes.count,
        let found = memchr(bytes.baseAddress! + position, Int32(pattern[0]), bytes.count - position)
      {
        position = UnsafeRawPointer(found) - bytes.baseAddress!
        if bytes.count - position >= pattern.count, memcmp(found, pattern, pattern.count) == 0 {
          return position
        }
        position += 1
      }
      return nil
    }
  }
}
