import CWebP
import Glibc

/// A decoder of WebP by libwebp, lossy and lossless, of an animation the first frame; transparency is
/// dropped.
///
/// The library gets the bitstream alone, so that nothing else in the file can make it fail.
final class WebPDecoder {
  /// Pixels around the request on which interpolated chroma at its border depends. Even: libwebp moves an odd
  /// start.
  private static let margin = 2

  /// The bytes of a piece; larger bitstreams are decoded in pieces, which takes a little longer.
  private static let pieceBytes = 1 << 20

  func decode(
    _ bytes: UnsafeRawBufferPointer, header: ImageHeader, _ request: DecodeRequest, pool: PixelPool
  ) throws(ImageError) -> PixelBuffer {
    let contents = try WebPContents(parsing: bytes)
    guard contents.width == header.width, contents.height == header.height else {
      throw .corrupt(.webp, "two headers of different size")
    }
    let grown = DecodeRequest(
      columns: Self.grown(request.columns, within: header.width),
      rows: Self.grown(request.rows, within: header.height), denominator: 1, deadline: request.deadline)
    let pixels = try pool.buffer(
      width: grown.columns.count, height: grown.rows.count,
      region: grown.region(of: header, x: grown.columns.lowerBound))
    let frame = contents.frame
    let columns = grown.columns.clamped(to: frame.x..<frame.x + frame.width)
    let rows = grown.rows.clamped(to: frame.y..<frame.y + frame.height)
    if columns != grown.columns || rows != grown.rows {
      memset(pixels.mutablePixels, 0, pixels.rowBytes * pixels.height)
    }
    guard !columns.isEmpty, !rows.isEmpty else { return pixels }
    let first =
      (rows.lowerBound - grown.rows.lowerBound) * pixels.rowBytes
      + 3 * (columns.lowerBound - grown.columns.lowerBound)
    var configuration = try configuration(of: contents.bitstream)
    configuration.options.use_cropping = 1
    configuration.options.crop_left = Int32(columns.lowerBound - frame.x)
    configuration.options.crop_top = Int32(rows.lowerBound - frame.y)
    configuration.options.crop_width = Int32(columns.count)
    configuration.options.crop_height = Int32(rows.count)
    // The library writes into our memory, which outlives the call.
    configuration.output.is_external_memory = 1
    configuration.output.u.RGBA = WebPRGBABuffer(
      rgba: pixels.mutablePixels + first, stride: Int32(pixels.rowBytes),
      size: pixels.rowBytes * pixels.height - first)
    try withUnsafeMutablePointer(to: &configuration) { configuration throws(ImageError) in
      try decode(contents.bitstream, configuration, until: request.deadline)
    }
    return pixels
  }

  private func configuration(of bitstream: UnsafeRawBufferPointer) throws(ImageError) -> WebPDecoderConfig {
    var configuration = WebPDecoderConfig()
    guard WebPInitDecoderConfig(&configuration) != 0 else {
      throw .unsupported(.webp, "another library version")
    }
    try check(WebPGetFeatures(bitstream.baseAddress, bitstream.count, &configuration.input))
    configuration.output.colorspace = MODE_RGB
    return configuration
  }

  /// - Parameter configuration: stays in place until this returns, as the library requires.
  private func decode(
    _ bitstream: UnsafeRawBufferPointer, _ configuration: UnsafeMutablePointer<WebPDecoderConfig>,
    until deadline: DecodeDeadline
  ) throws(ImageError) {
    try deadline.check()
    if bitstream.count <= Self.pieceBytes {
      return try check(WebPDecode(bitstream.baseAddress, bitstream.count, configuration))
    }
    guard let decoder = WebPIDecode(nil, 0, configuration) else { throw .outOfMemory }
    defer { WebPIDelete(decoder) }
    for end in stride(from: Self.pieceBytes, to: bitstream.count, by: Self.pieceBytes) {
      let status = WebPIUpdate(decoder, bitstream.baseAddress, end)
      if status == VP8_STATUS_OK { return }
      if status != VP8_STATUS_SUSPENDED { try check(status) }
      try deadline.check()
    }
    try check(WebPIUpdate(decoder, bitstream.baseAddress, bitstream.count))
  }

  private static func grown(_ range: Range<Int>, within length: Int) -> Range<Int> {
    max(range.lowerBound / 2 * 2 - margin, 0)..<min(range.upperBound + margin, length)
  }

  private func check(_ status: VP8StatusCode) throws(ImageError) {
    switch status {
    case VP8_STATUS_OK: return
    case VP8_STATUS_OUT_OF_MEMORY: throw .outOfMemory
    case VP8_STATUS_SUSPENDED, VP8_STATUS_NOT_ENOUGH_DATA:
      throw .truncated(.webp, "the image data ends early")
    case VP8_STATUS_UNSUPPORTED_FEATURE: throw .unsupported(.webp, "a feature that is not decoded")
    default: throw .corrupt(.webp, "the image data is damaged")
    }
  }
}
