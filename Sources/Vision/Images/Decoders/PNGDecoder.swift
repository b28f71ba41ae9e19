import CSPNG
import Glibc

/// PNG by libspng: every colour type and depth. 16-bit samples lose their lower byte, transparency is dropped.
final class PNGDecoder {
  /// Metadata chunks beyond this are refused; together they may take four times as much.
  private static let maximumChunkBytes = 8 << 20

  func decode(
    _ bytes: UnsafeRawBufferPointer, header: ImageHeader, _ request: DecodeRequest, pool: PixelPool
  ) throws(ImageError) -> PixelBuffer {
    guard let context = spng_ctx_new(0) else { throw .outOfMemory }
    defer { spng_ctx_free(context) }
    try check(spng_set_image_limits(context, UInt32(header.width), UInt32(header.height)))
    try check(spng_set_chunk_limits(context, Self.maximumChunkBytes, 4 * Self.maximumChunkBytes))
    // `bytes` outlives the context.
    try check(spng_set_png_buffer(context, bytes.baseAddress, bytes.count))
    var ihdr = spng_ihdr()
    try check(spng_get_ihdr(context, &ihdr))
    guard Int(ihdr.width) == header.width, Int(ihdr.height) == header.height else {
      throw .corrupt(.png, "two headers of different size")
    }
    // An interlaced image arrives in seven passes over the whole of it; any other in rows, of which those of
    // the request are kept.
    return ihdr.interlace_method == 0
      ? try decodeRows(context, header: header, request, pool: pool)
      : try decodeWhole(context, header: header, pool: pool)
  }

  private func decodeWhole(
    _ context: OpaquePointer, header: ImageHeader, pool: PixelPool
  ) throws(ImageError) -> PixelBuffer {
    let pixels = try pool.buffer(
      width: header.width, height: header.height, region: DecodeRequest.whole(header).region(of: header, x: 0)
    )
    let count = pixels.rowBytes * pixels.height
    try check(spng_decode_image(context, pixels.mutablePixels, count, Int32(SPNG_FMT_RGB8.rawValue), 0))
    return pixels
  }

  private func decodeRows(
    _ context: OpaquePointer, header: ImageHeader, _ request: DecodeRequest, pool: PixelPool
  ) throws(ImageError) -> PixelBuffer {
    let pixels = try pool.buffer(
      width: request.columns.count, height: request.rows.count,
      region: request.region(of: header, x: request.columns.lowerBound))
    let row = try pool.buffer(width: header.width, height: 1)
    let flags = Int32(SPNG_DECODE_PROGRESSIVE.rawValue)
    try check(spng_decode_image(context, nil, 0, Int32(SPNG_FMT_RGB8.rawValue), flags))
    for y in 0..<request.rows.upperBound {
      let result = spng_decode_row(context, row.mutablePixels, row.rowBytes)
      if result != Int32(SPNG_EOI.rawValue) { try check(result) }
      guard y >= request.rows.lowerBound else { continue }
      memcpy(
        pixels.mutablePixels + (y - request.rows.lowerBound) * pixels.rowBytes,
        row.mutablePixels + 3 * request.columns.lowerBound, pixels.rowBytes)
    }
    return pixels
  }

  private func check(_ result: Int32) throws(ImageError) {
    guard result != 0 else { return }
    let message = String(cString: spng_strerror(result))
    switch spng_errno(rawValue: result) {
    case SPNG_EOF, SPNG_IO_EOF, SPNG_EIDAT_TOO_SHORT: throw .truncated(.png, message)
    case SPNG_EMEM: throw .outOfMemory
    default: throw .corrupt(.png, message)
    }
  }
}
