/// The chunks of a PNG file, by their lengths only (PNG 1.2, section 3).
enum PNGHeader {
  static func parse(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> ImageFrame {
    var reader = ByteReader(bytes)
    _ = reader.skip(8)
    var frame = try parseIHDR(&reader)
    // To the end: rows below the crop are not decoded, so that nothing else would notice a missing part.
    while true {
      guard let length = reader.uint32(), let type = reader.slice(4) else {
        throw .truncated(.png, "no end chunk")
      }
      guard let payload = reader.slice(length), reader.skip(4) else {
        throw .truncated(.png, "a chunk of \(length) bytes ends early")
      }
      if type.elementsEqual("eXIf".utf8) { frame.orientation = Exif.orientation(payload: payload) }
      if type.elementsEqual("IEND".utf8) { return frame }
    }
  }

  private static func parseIHDR(_ reader: inout ByteReader) throws(ImageError) -> ImageFrame {
    guard let length = reader.uint32(), let type = reader.slice(4) else {
      throw .truncated(.png, "no image header")
    }
    guard length == 13, type.elementsEqual("IHDR".utf8) else {
      throw .corrupt(.png, "the first chunk is not an image header")
    }
    guard let width = reader.uint32(), let height = reader.uint32(), let depth = reader.byte(),
      let colour = reader.byte(), reader.skip(3 + 4)
    else { throw .truncated(.png, "a short image header") }
    guard (1...Int(Int32.max)).contains(width), (1...Int(Int32.max)).contains(height) else {
      throw .corrupt(.png, "\(width) × \(height) pixels")
    }
    guard let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colour], [1, 2, 4, 8, 16].contains(depth) else {
      throw .corrupt(.png, "colour type \(colour) with \(depth) bits")
    }
    // Deflate expands 2 bits to 258 bytes at most: 1032 times. (The bytes around it are for free.)
    let (bits, overflow) = width.multipliedReportingOverflow(by: samples * depth)
    let rowBytes = bits / 8
    let raw = rowBytes.multipliedReportingOverflow(by: height)
    guard !overflow, !raw.overflow else { return ImageFrame(width: width, height: height) }
    return ImageFrame(width: width, height: height, leastBytes: raw.partialValue / 1032)
  }
}
