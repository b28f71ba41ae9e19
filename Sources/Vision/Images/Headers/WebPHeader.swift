/// The chunks of a WebP file (RFC 9649).
enum WebPHeader {
  static func parse(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> ImageFrame {
    var reader = ByteReader(bytes, isLittleEndian: true)
    _ = reader.skip(4)
    guard let size = reader.uint32(), reader.skip(4) else { throw .truncated(.webp, "no header") }
    guard size + 8 <= bytes.count else {
      throw .truncated(.webp, "\(size + 8) bytes are announced, there are \(bytes.count)")
    }
    var frame: ImageFrame?
    var orientation = Orientation.up
    while let type = reader.slice(4), let length = reader.uint32() {
      guard let payload = reader.slice(length) else {
        throw .truncated(.webp, "a chunk of \(length) bytes ends early")
      }
      _ = reader.skip(length % 2)
      if type.elementsEqual("VP8X".utf8) {
        if frame == nil { frame = try extended(payload) }
      } else if type.elementsEqual("VP8 ".utf8) {
        if frame == nil { frame = try lossy(payload) }
      } else if type.elementsEqual("VP8L".utf8) {
        if frame == nil { frame = try lossless(payload) }
      } else if type.elementsEqual("EXIF".utf8) {
        orientation = Exif.orientation(payload: payload)
      }
    }
    guard var frame else { throw .truncated(.webp, "no image chunk") }
    frame.orientation = orientation
    return frame
  }

  private static func extended(_ payload: UnsafeRawBufferPointer) throws(ImageError) -> ImageFrame {
    var reader = ByteReader(payload, isLittleEndian: true)
    guard let flags = reader.byte(), reader.skip(3), let width = reader.integer(byteCount: 3),
      let height = reader.integer(byteCount: 3)
    else { throw .corrupt(.webp, "a short header") }
    guard flags & 0x02 == 0 else { throw .unsupported(.webp, "an animation") }
    return ImageFrame(width: width + 1, height: height + 1)
  }

  private static func lossy(_ payload: UnsafeRawBufferPointer) throws(ImageError) -> ImageFrame {
    var reader = ByteReader(payload, isLittleEndian: true)
    guard reader.skip(3), reader.integer(byteCount: 3) == 0x2A019D, let width = reader.uint16(),
      let height = reader.uint16()
    else { throw .corrupt(.webp, "no key frame") }
    guard width & 0x3FFF > 0, height & 0x3FFF > 0 else { throw .corrupt(.webp, "no pixels") }
    return ImageFrame(width: width & 0x3FFF, height: height & 0x3FFF)
  }

  private static func lossless(_ payload: UnsafeRawBufferPointer) throws(ImageError) -> ImageFrame {
    var reader = ByteReader(payload, isLittleEndian: true)
    guard reader.byte() == 0x2F, let bits = reader.uint32() else {
      throw .corrupt(.webp, "no lossless header")
    }
    return ImageFrame(width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1)
  }
}
