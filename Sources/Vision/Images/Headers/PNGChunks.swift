import Basics
import Dataflow

/// The chunks of a PNG file in their order (PNG 1.2, section 3); their checksums are not verified.
struct PNGChunks {
  struct Chunk {
    let type: PNGChunkType?
    let payload: UnsafeRawBufferPointer
    /// From the length to the checksum; `nil` if the file ends in the checksum.
    let whole: UnsafeRawBufferPointer?
  }

  private let bytes: UnsafeRawBufferPointer
  private var reader: ByteReader
  private var count = 0
  /// Behind complete image data, an incomplete chunk is no damage.
  private var hasData = false
  /// Whether the last chunk was the end chunk.
  private(set) var hasEnd = false

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    reader = ByteReader(bytes)
    _ = reader.skip(8)
  }

  /// - Returns: `nil` behind the end chunk, or where the file ends behind image data.
  mutating func next() throws(ImageError) -> Chunk? {
    guard !hasEnd else { return nil }
    let start = reader.position
    guard let length = reader.uint32(), let code = reader.uint32() else {
      if hasData { return nil }
      throw .truncated(.png, count == 0 ? "no image header" : "no image data")
    }
    let type = PNGChunkType(rawValue: code)
    guard let payload = reader.slice(length) else {
      if hasData, type != .data { return nil }
      throw .truncated(.png, "a chunk of \(length.counted("byte")) ends early")
    }
    let isWhole = reader.skip(4)
    if !isWhole { reader.position = bytes.count }
    count += 1
    guard count <= ImageHeader.maximumParts else {
      throw .unsupported(.png, "more than \(ImageHeader.maximumParts) chunks")
    }
    hasData = hasData || type == .data
    hasEnd = type == .end
    return Chunk(
      type: type, payload: payload,
      whole: isWhole ? UnsafeRawBufferPointer(rebasing: bytes[start..<reader.position]) : nil)
  }
}

/// The types that matter: four characters, the first one highest.
enum PNGChunkType: Int {
  case header = 0x4948_4452  // IHDR
  case palette = 0x504C_5445  // PLTE
  case data = 0x4944_4154  // IDAT
  case end = 0x4945_4E44  // IEND
  case exif = 0x6558_4966  // eXIf
  case text = 0x7445_5874  // tEXt
  case compressedText = 0x7A54_5874  // zTXt
  case internationalText = 0x6954_5874  // iTXt
}
