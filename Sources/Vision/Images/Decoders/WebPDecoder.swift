import CWebP

/// Still WebP by libwebp, lossy and lossless; transparency is dropped.
final class WebPDecoder {
  /// Pixels around the request that interpolated chroma at its border depends on. Even: libwebp moves an odd
  /// beginning.
  private static let margin = 2

  func decode(
    _ bytes: UnsafeRawBufferPointer, header: ImageHeader, _ request: DecodeRequest, pool: PixelPool
  ) throws(ImageError) -> PixelBuffer {
    let grown = DecodeRequest(
      columns: Self.grown(request.columns, within: header.width),
      rows: Self.grown(request.rows, within: header.height), denominator: 1)
    var configuration = WebPDecoderConfig()
    guard WebPInitDecoderConfig(&configuration) != 0 else {
      throw .unsupported(.webp, "another library version")
    }
    try check(WebPGetFeatures(bytes.baseAddress, bytes.count, &configuration.input))
    guard Int(configuration.input.width) == header.width, Int(configuration.input.height) == header.height
    else {
      throw .corrupt(.webp, "two headers of different size")
    }
    guard configuration.input.has_animation == 0 else { throw .unsupported(.webp, "an animation") }

    let pixels = try pool.buffer(
      width: grown.columns.count, height: grown.rows.count,
      region: grown.region(of: header, x: grown.columns.lowerBound))
    configuration.options.use_cropping = 1
    configuration.options.crop_left = Int32(grown.columns.lowerBound)
    configuration.options.crop_top = Int32(grown.rows.lowerBound)
    configuration.options.crop_width = Int32(grown.columns.count)
    configuration.options.crop_height = Int32(grown.rows.count)
    configuration.output.colorspace = MODE_RGB
    // The library writes into our memory, which outlives the call, and owns none of it.
    configuration.output.is_external_memory = 1
    configuration.output.u.RGBA = WebPRGBABuffer(
      rgba: pixels.mutablePixels, stride: Int32(pixels.rowBytes), size: pixels.rowBytes * pixels.height)
    try check(WebPDecode(bytes.baseAddress, bytes.count, &configuration))
    return pixels
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
