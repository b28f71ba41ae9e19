/// The segments of a JPEG file up to the first scan (ITU-T T.81, annex B).
enum JPEGHeader {
  static func parse(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> ImageFrame {
    var reader = ByteReader(bytes)
    var frame: ImageFrame?
    var metadata = ImageMetadata()
    var gaps = 0
    _ = reader.skip(2)
    for _ in 0..<ImageHeader.maximumParts {
      let marker = try nextMarker(&reader, gaps: &gaps)
      switch marker {
      case 0x01, 0xD0...0xD7:  // markers without a segment
        continue
      case 0xD8, 0xD9:
        throw .corrupt(.jpeg, "a start or end of image in the header")
      case 0xDA:
        guard var frame else { throw .corrupt(.jpeg, "a scan before the frame header") }
        frame.orientation = metadata.orientation
        return frame
      default:
        guard let length = reader.uint16(), let payload = reader.slice(length - 2) else {
          throw .truncated(.jpeg, "the header ends in a segment")
        }
        if isFrame(marker) {
          guard frame == nil else { throw .corrupt(.jpeg, "two frame headers") }
          frame = try parseFrame(payload, marker: marker)
        } else if marker == 0xE1 {
          collect(payload, &metadata)
        }
      }
    }
    throw .unsupported(.jpeg, "more than \(ImageHeader.maximumParts) segments before the first scan")
  }

  /// Metadata of an application's segment.
  private static func collect(_ payload: UnsafeRawBufferPointer, _ metadata: inout ImageMetadata) {
    var reader = ByteReader(payload)
    if reader.skip(ifNext: "Exif\0\0") {
      if metadata.exif == nil { metadata.exif = payload }
    } else if reader.skip(ifNext: "http://ns.adobe.com/xap/1.0/\0") {
      metadata.xmp = reader.slice(reader.remaining)
    }
  }

  /// Maximum bytes between all segments; they have no meaning.
  private static let maximumGaps = 1 << 20

  /// Skips to the next marker and past its code, as decoders do, whatever precedes it.
  private static func nextMarker(_ reader: inout ByteReader, gaps: inout Int) throws(ImageError) -> Int {
    let start = reader.position
    let end = start + maximumGaps - gaps
    defer { gaps += reader.position - start }
    while reader.position < end, let byte = reader.byte() {
      guard byte == 0xFF else { continue }
      while reader.position < end, let code = reader.byte() {
        if code == 0xFF { continue }  // fill bytes
        if code == 0x00 { break }
        return code
      }
    }
    guard reader.remaining == 0 else {
      throw .unsupported(.jpeg, "more than \(maximumGaps) bytes between the segments before the first scan")
    }
    throw .truncated(.jpeg, "the header does not end")
  }

  private static func isFrame(_ marker: Int) -> Bool {
    (0xC0...0xCF).contains(marker) && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
  }

  private static func parseFrame(_ payload: UnsafeRawBufferPointer, marker: Int) throws(ImageError)
    -> ImageFrame
  {
    // Baseline, extended sequential and progressive, Huffman-coded.
    guard (0xC0...0xC2).contains(marker) else {
      throw .unsupported(.jpeg, "lossless, hierarchical or arithmetic coding")
    }
    var reader = ByteReader(payload)
    guard let precision = reader.byte(), let height = reader.uint16(), let width = reader.uint16(),
      let components = reader.byte(), reader.remaining >= 3 * components
    else { throw .corrupt(.jpeg, "a short frame header") }
    guard precision == 8 else { throw .unsupported(.jpeg, "\(precision) bits a sample") }
    guard width > 0 else { throw .corrupt(.jpeg, "no columns") }
    guard height > 0 else { throw .unsupported(.jpeg, "the number of rows comes after them") }
    guard [1, 3, 4].contains(components) else { throw .unsupported(.jpeg, "\(components) components") }
    // At least one bit for each block of 8 × 8: the shortest code of its first coefficient.
    let blocks = ((width + 7) / 8) * ((height + 7) / 8)
    return ImageFrame(
      width: width, height: height, coding: marker == 0xC2 ? .progressive : .sequential,
      leastBytes: blocks / 8)
  }
}
