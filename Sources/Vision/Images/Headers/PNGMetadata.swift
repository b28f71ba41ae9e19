/// The orientation in the chunks of a PNG file, read as Pillow reads it: EXIF is a chunk of its own, or a
/// text of ImageMagick; XMP is a text.
struct PNGMetadata {
  private var exif: UnsafeRawBufferPointer?
  private var profile: PNGText?
  private var xmp: PNGText?

  /// The last of each kind counts.
  mutating func collect(_ chunk: PNGChunks.Chunk) {
    if chunk.type == .exif { exif = chunk.payload }
    guard let text = PNGText(chunk) else { return }
    if text.has(keyword: "Raw profile type exif") { profile = text }
    if text.has(keyword: "XML:com.adobe.xmp") { xmp = text }
  }

  var orientation: Orientation {
    let said =
      exif.map(Exif.orientation) ?? profile.flatMap { $0.contents() }.flatMap(Self.orientation(profile:))
    return said ?? xmp.flatMap { $0.contents() }.flatMap { $0.withUnsafeBytes(XMP.orientation) } ?? .up
  }

  /// The orientation in EXIF as hexadecimal digits, behind three lines of other text.
  private static func orientation(profile: [UInt8]) -> Orientation? {
    let lines = profile.split(separator: UInt8(ascii: "\n"), maxSplits: 3, omittingEmptySubsequences: false)
    guard lines.count == 4 else { return nil }
    let digits = lines[3].compactMap(Self.value(ofDigit:))
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    return bytes.withUnsafeBytes(Exif.orientation)
  }

  private static func value(ofDigit character: UInt8) -> UInt8? {
    switch character {
    case 0x30...0x39: character - 0x30
    case 0x41...0x46, 0x61...0x66: character & 0xF + 9
    default: nil
    }
  }
}
