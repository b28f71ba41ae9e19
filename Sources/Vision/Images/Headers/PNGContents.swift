/// The chunks of a PNG file that libspng gets: those that make pixels, with the palette at its maximum
/// length.
///
/// No other chunk can prevent decoding: no text that inflates to much, no chunk of another program.
struct PNGContents {
  let source: PNGSource
  /// Whether the file has an end chunk; without one, it was perhaps cut off.
  let hasEnd: Bool

  init(parsing bytes: UnsafeRawBufferPointer) throws(ImageError) {
    var chunks = PNGChunks(bytes)
    guard let header = try chunks.next(), header.type == .header, header.payload.count == 13 else {
      throw .corrupt(.png, "the first chunk is not an image header")
    }
    let source = PNGSource()
    source.append(header, as: .header)
    let (depth, colour) = (header.payload[8], header.payload[9])
    var hasData = false
    var isBehindData = false
    var palette: PNGChunks.Chunk?
    while let chunk = try chunks.next() {
      switch chunk.type {
      case .palette where !hasData: palette = chunk
      case .data where !isBehindData:
        if !hasData, colour == Self.indexed, let palette { try source.append(palette: palette, depth: depth) }
        hasData = true
        source.append(chunk, as: .data)
      default: isBehindData = hasData
      }
    }
    source.append(.end, [])
    self.source = source
    hasEnd = chunks.hasEnd
  }

  /// The colour type of palettes.
  private static let indexed: UInt8 = 3
}

extension PNGSource {
  /// Leaves out entries that no pixel can index, and parts of an entry.
  fileprivate func append(palette: PNGChunks.Chunk, depth: UInt8) throws(ImageError) {
    guard palette.payload.count <= 3 * 256 else {
      throw .corrupt(.png, "a palette of \(palette.payload.count / 3) colours")
    }
    let count = min(palette.payload.count / 3, 1 << Int(min(depth, 8)))
    if 3 * count == palette.payload.count { return append(palette, as: .palette) }
    guard let whole = palette.whole,
      ByteReader.uint32(at: whole.count - 4, of: whole) == PNGChecksum.of(.palette, palette.payload)
    else { throw .corrupt(.png, "the palette is damaged") }
    append(.palette, Array(palette.payload.prefix(3 * count)))
  }
}

extension ByteReader {
  fileprivate static func uint32(at position: Int, of bytes: UnsafeRawBufferPointer) -> Int? {
    var reader = ByteReader(bytes)
    return reader.skip(position) ? reader.uint32() : nil
  }
}
