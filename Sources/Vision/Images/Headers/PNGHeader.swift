/// Reads the properties of a PNG file's image, from all of its chunks.
enum PNGHeader {
  static func parse(_ bytes: UnsafeRawBufferPointer) throws(ImageError) -> ImageFrame {
    var chunks = PNGChunks(bytes)
    guard let first = try chunks.next(), first.type == .header, first.payload.count == 13 else {
      throw .corrupt(.png, "the first chunk is not an image header")
    }
    var frame = try parse(header: first.payload)
    var metadata = PNGMetadata()
    var hasData = false
    // To the end: rows below the crop are not decoded, so nothing else would notice a missing part.
    while let chunk = try chunks.next() {
      hasData = hasData || chunk.type == .data
      metadata.collect(chunk)
    }
    guard hasData else { throw .corrupt(.png, "no image data") }
    frame.orientation = metadata.orientation
    return frame
  }

  private static func parse(header payload: UnsafeRawBufferPointer) throws(ImageError) -> ImageFrame {
    var reader = ByteReader(payload)
    guard let width = reader.uint32(), let height = reader.uint32(), let depth = reader.byte(),
      let colour = reader.byte(), reader.skip(2), let interlace = reader.byte()
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
    let coding: ImageCoding = interlace == 0 ? .sequential : .progressive
    let raw = rowBytes.multipliedReportingOverflow(by: height)
    guard !overflow, !raw.overflow else { return ImageFrame(width: width, height: height, coding: coding) }
    return ImageFrame(
      width: width, height: height, coding: coding, leastBytes: raw.partialValue / 1032)
  }
}
