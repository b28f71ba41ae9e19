import CSPNG

/// A text of a PNG file, perhaps compressed.
struct PNGText {
  /// Maximum bytes of a text, and of its compressed form; longer ones are ignored, so that parsing stays
  /// fast.
  private static let maximumBytes = 256 << 10

  private let type: PNGChunkType
  private let payload: UnsafeRawBufferPointer

  /// `nil` for a chunk that is no text, or too long.
  init?(_ chunk: PNGChunks.Chunk) {
    guard let type = chunk.type, [.text, .compressedText, .internationalText].contains(type),
      chunk.payload.count <= Self.maximumBytes
    else { return nil }
    self.type = type
    payload = chunk.payload
  }

  func has(keyword: StaticString) -> Bool {
    var reader = ByteReader(payload)
    return reader.skip(ifNext: keyword) && reader.byte() == 0
  }

  /// The text's bytes; `nil` if it is damaged, or too long.
  func contents() -> [UInt8]? {
    guard let context = spng_ctx_new(0) else { return nil }
    defer { spng_ctx_free(context) }
    // libspng inflates the texts of an image, so it gets an image of one pixel with this text.
    let source = PNGSource()
    source.append(.header, [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
    source.append(type, Array(payload))
    source.append(.data, [])
    return source.serve(to: context) {
      var text = spng_text()
      var count: UInt32 = 1
      guard spng_set_chunk_limits(context, Self.maximumBytes, 2 * Self.maximumBytes) == 0,
        spng_get_text(context, &text, &count) == 0, count == 1, let first = text.text
      else { return nil }
      return Array(UnsafeRawBufferPointer(start: first, count: text.length))
    }
  }
}
