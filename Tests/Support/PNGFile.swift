import Foundation

/// PNG files of one colour, without a compressor; also such that lie about their size.
public enum PNGFile {
  /// A correct file.
  public static func solid(width: Int, height: Int, red: UInt8, green: UInt8, blue: UInt8) -> Data {
    var row: [UInt8] = [0]
    for _ in 0..<width { row += [red, green, blue] }
    var raw: [UInt8] = []
    for _ in 0..<height { raw += row }
    return file(width: width, height: height, stream: deflated(raw))
  }

  /// Bytes as a zlib stream, no smaller than they are.
  public static func deflated(_ raw: [UInt8]) -> Data {
    var stream: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: raw.count, by: 65535) {
      let block = raw[start..<min(start + 65535, raw.count)]
      stream.append(block.endIndex == raw.count ? 1 : 0)
      for part in [UInt16(block.count), ~UInt16(block.count)] {
        stream += [UInt8(truncatingIfNeeded: part), UInt8(part >> 8)]
      }
      stream += block
    }
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in raw {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    return Data(stream) + bytes(b << 16 | a)
  }

  /// A correct file of zeros, 160 times smaller than what it becomes: 8 bits each of red, green and blue.
  public static func black(width: Int, height: Int, isInterlaced: Bool = false) -> Data {
    let passes =
      isInterlaced
      ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
      : [(0, 0, 1, 1)]
    var count = 0
    for (x, y, dx, dy) in passes where x < width && y < height {
      count += (height - y + dy - 1) / dy * (1 + 3 * ((width - x + dx - 1) / dx))
    }
    var stream = DeflateOfZeros(count: count).bytes
    // Adler-32 of zeros.
    stream += bytes(UInt32(count % 65521) << 16 | 1)
    return file(width: width, height: height, stream: stream, isInterlaced: isInterlaced)
  }

  /// A stream of zlib that becomes zeros: the first as it is, all others copied from there, 258 at once (RFC 1951, 3.2.6).
  private struct DeflateOfZeros {
    private(set) var bytes = Data([0x78, 0x01])
    private var pending = 0
    private var pendingCount = 0

    init(count: Int) {
      add(0b011, 3)  // The last block, with fixed codes.
      let copies = max(count - 1, 0) / 258
      for _ in 0..<(count - 258 * copies) { add(0b0000_1100, 8) }  // The literal 0.
      for _ in 0..<copies { add(0b0_0000_1010_0011, 13) }  // A length of 258, a distance of 1.
      add(0, 7)  // The end of the block.
      if pendingCount > 0 { add(0, 8 - pendingCount) }
    }

    /// Adds bits, the lowest first.
    private mutating func add(_ bits: Int, _ count: Int) {
      pending |= bits << pendingCount
      pendingCount += count
      while pendingCount >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: pending))
        pending >>= 8
        pendingCount -= 8
      }
    }
  }

  /// A header that announces `width` × `height`, and a kilobyte of nothing.
  public static func hollow(width: Int, height: Int) -> Data {
    file(width: width, height: height, stream: Data(repeating: 0, count: 1024))
  }

  private static func file(width: Int, height: Int, stream: Data, isInterlaced: Bool = false) -> Data {
    let header = bytes(UInt32(width)) + bytes(UInt32(height)) + Data([8, 2, 0, 0, isInterlaced ? 1 : 0])
    return Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
      + chunk("IHDR", header) + chunk("IDAT", stream) + chunk("IEND", Data())
  }

  /// A chunk with its length and its checksum.
  public static func chunk(_ type: String, _ content: Data) -> Data {
    let body = Data(type.utf8) + content
    return bytes(UInt32(content.count)) + body + bytes(checksum(body))
  }

  private static func bytes(_ value: UInt32) -> Data { withUnsafeBytes(of: value.bigEndian) { Data($0) } }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
  }

  /// Of a chunk's type and content.
  public static func checksum(_ data: some Sequence<UInt8>) -> UInt32 {
    ~data.reduce(0xFFFF_FFFF) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
  }
}
