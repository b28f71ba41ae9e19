import Basics
import Dataflow

/// The relevant contents of a WebP file (RFC 9649): the bitstream of the image, or of an animation's first
/// frame, its place on the canvas, and metadata; not transparency.
///
/// Bytes behind the RIFF chunk are ignored, as is a missing end of that chunk behind the bitstream.
struct WebPContents {
  /// The payload of a `VP8 ` or `VP8L` chunk.
  let bitstream: UnsafeRawBufferPointer
  /// Whether the coding is lossless.
  let isLossless: Bool
  /// Pixels of the canvas.
  let width: Int
  let height: Int
  /// The part of the canvas that the bitstream covers; other pixels are black.
  let frame: Frame
  let metadata: ImageMetadata

  struct Frame: Equatable {
    var x = 0
    var y = 0
    var width: Int
    var height: Int
  }

  init(parsing bytes: UnsafeRawBufferPointer) throws(ImageError) {
    var reader = ByteReader(bytes, isLittleEndian: true)
    guard reader.skip(4), let size = reader.uint32(), reader.skip(4) else {
      throw .truncated(.webp, "no header")
    }
    var parser = Parser()
    try parser.parse(UnsafeRawBufferPointer(rebasing: bytes[12..<max(min(size + 8, bytes.count), 12)]))
    guard let bitstream = parser.bitstream else {
      throw size + 8 > bytes.count
        ? .truncated(.webp, "\(size + 8) bytes are announced, there are \(bytes.count)")
        : .truncated(.webp, "no image chunk")
    }
    let stored = try Self.size(of: bitstream, isLossless: parser.isLossless)
    let canvas = parser.canvas ?? (width: stored.width, height: stored.height)
    let frame = parser.frame ?? Frame(width: canvas.width, height: canvas.height)
    guard frame.width == stored.width, frame.height == stored.height, frame.x + frame.width <= canvas.width,
      frame.y + frame.height <= canvas.height
    else { throw .corrupt(.webp, "two headers of different size") }
    self.bitstream = bitstream
    isLossless = parser.isLossless
    (width, height) = canvas
    self.frame = frame
    metadata = parser.metadata
  }

  private static func size(
    of bitstream: UnsafeRawBufferPointer, isLossless: Bool
  ) throws(ImageError) -> (width: Int, height: Int) {
    var reader = ByteReader(bitstream, isLittleEndian: true)
    if isLossless {
      guard reader.byte() == 0x2F, let bits = reader.uint32() else {
        throw .corrupt(.webp, "no lossless header")
      }
      return (bits & 0x3FFF + 1, bits >> 14 & 0x3FFF + 1)
    }
    guard reader.skip(3), reader.integer(byteCount: 3) == 0x2A019D, let width = reader.uint16(),
      let height = reader.uint16()
    else { throw .corrupt(.webp, "no key frame") }
    guard width & 0x3FFF > 0, height & 0x3FFF > 0 else { throw .corrupt(.webp, "no pixels") }
    return (width & 0x3FFF, height & 0x3FFF)
  }

  /// Parses chunks, and the chunks inside a frame.
  private struct Parser {
    var bitstream: UnsafeRawBufferPointer?
    var isLossless = false
    var canvas: (width: Int, height: Int)?
    var frame: Frame?
    var metadata = ImageMetadata()
    private var flags = 0
    private var parts = 0

    private var isAnimation: Bool { flags & 0x02 != 0 }

    mutating func parse(_ chunks: UnsafeRawBufferPointer) throws(ImageError) {
      var reader = ByteReader(chunks, isLittleEndian: true)
      while let type = reader.uint32(), let length = reader.uint32() {
        parts += 1
        guard parts <= ImageHeader.maximumParts else {
          throw .unsupported(.webp, "more than \(ImageHeader.maximumParts) chunks")
        }
        guard let payload = reader.slice(length) else {
          if bitstream != nil { return }
          throw .truncated(.webp, "a chunk of \(length.counted("byte")) ends early")
        }
        _ = reader.skip(length % 2)
        try read(payload, of: Chunk(rawValue: type))
        // A simple file has one chunk.
        if canvas == nil, bitstream != nil { return }
      }
    }

    private mutating func read(_ payload: UnsafeRawBufferPointer, of chunk: Chunk?) throws(ImageError) {
      switch chunk {
      case .extended where canvas == nil:
        var reader = ByteReader(payload, isLittleEndian: true)
        guard let flags = reader.byte(), reader.skip(3), let width = reader.integer(byteCount: 3),
          let height = reader.integer(byteCount: 3)
        else { throw .corrupt(.webp, "a short header") }
        self.flags = flags
        canvas = (width + 1, height + 1)
      case .frame where isAnimation && frame == nil:
        var reader = ByteReader(payload, isLittleEndian: true)
        guard let x = reader.integer(byteCount: 3), let y = reader.integer(byteCount: 3),
          let width = reader.integer(byteCount: 3), let height = reader.integer(byteCount: 3), reader.skip(4)
        else { throw .corrupt(.webp, "a short frame header") }
        frame = Frame(x: 2 * x, y: 2 * y, width: width + 1, height: height + 1)
        try parse(UnsafeRawBufferPointer(rebasing: payload[reader.position...]))
        guard bitstream != nil else { throw .corrupt(.webp, "a frame without an image") }
      case .lossy where bitstream == nil && isAnimation == (frame != nil),
        .lossless where bitstream == nil && isAnimation == (frame != nil):
        bitstream = payload
        isLossless = chunk == .lossless
      case .exif where flags & 0x08 != 0 && metadata.exif == nil: metadata.exif = payload
      case .xmp where flags & 0x04 != 0 && metadata.xmp == nil: metadata.xmp = payload
      default: break
      }
    }
  }

  /// The types of chunks: four characters, the first one lowest.
  private enum Chunk: Int {
    case extended = 0x5838_5056  // VP8X
    case lossy = 0x2038_5056  // VP8 and a space
    case lossless = 0x4C38_5056  // VP8L
    case frame = 0x464D_4E41  // ANMF
    case exif = 0x4649_5845  // EXIF
    case xmp = 0x2050_4D58  // XMP and a space
  }
}
