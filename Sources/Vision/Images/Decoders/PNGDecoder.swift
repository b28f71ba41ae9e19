import CSPNG
import Glibc

/// A decoder of PNG by libspng: every colour type and depth. 16-bit samples lose their lower byte,
/// transparency is dropped.
///
/// An animation gives its default image.
final class PNGDecoder {
  /// Bytes decoded between two checks of the deadline.
  private static let bytesBetweenChecks = 1 << 18

  func decode(
    _ bytes: UnsafeRawBufferPointer, header: ImageHeader, _ request: DecodeRequest, pool: PixelPool
  ) throws(ImageError) -> PixelBuffer {
    let contents = try PNGContents(parsing: bytes)
    guard let context = spng_ctx_new(0) else { throw .outOfMemory }
    defer { spng_ctx_free(context) }
    return try contents.source.serve(to: context) { () throws(ImageError) in
      try check(spng_set_image_limits(context, UInt32(header.width), UInt32(header.height)))
      var ihdr = spng_ihdr()
      try check(spng_get_ihdr(context, &ihdr))
      guard Int(ihdr.width) == header.width, Int(ihdr.height) == header.height else {
        throw .corrupt(.png, "two headers of different size")
      }
      let flags = Int32(SPNG_DECODE_PROGRESSIVE.rawValue)
      try check(spng_decode_image(context, nil, 0, Int32(SPNG_FMT_RGB8.rawValue), flags))
      // An interlaced image arrives in seven passes over the whole image, any other in rows, of which the
      // request's are kept.
      return ihdr.interlace_method == 0
        ? try decodeRows(context, header: header, request, pool: pool, hasEnd: contents.hasEnd)
        : try decodeWhole(context, header: header, request, pool: pool)
    }
  }

  private func decodeWhole(
    _ context: OpaquePointer, header: ImageHeader, _ request: DecodeRequest, pool: PixelPool
  ) throws(ImageError) -> PixelBuffer {
    let pixels = try pool.buffer(
      width: header.width, height: header.height, region: DecodeRequest.whole(header).region(of: header, x: 0)
    )
    var info = spng_row_info()
    var unchecked = 0
    var isDone = false
    while !isDone {
      try check(spng_get_row_info(context, &info))
      let row = pixels.mutablePixels + Int(info.row_num) * pixels.rowBytes
      isDone = try decodeRow(context, to: row, pixels.rowBytes, &unchecked, until: request.deadline)
    }
    return pixels
  }

  /// - Parameter hasEnd: if not, rows below the request are decoded too, to check that they are there.
  private func decodeRows(
    _ context: OpaquePointer, header: ImageHeader, _ request: DecodeRequest, pool: PixelPool, hasEnd: Bool
  ) throws(ImageError) -> PixelBuffer {
    let pixels = try pool.buffer(
      width: request.columns.count, height: request.rows.count,
      region: request.region(of: header, x: request.columns.lowerBound))
    let row = try pool.buffer(width: header.width, height: 1)
    var unchecked = 0
    for y in 0..<(hasEnd ? request.rows.upperBound : header.height) {
      _ = try decodeRow(context, to: row.mutablePixels, row.rowBytes, &unchecked, until: request.deadline)
      guard request.rows.contains(y) else { continue }
      memcpy(
        pixels.mutablePixels + (y - request.rows.lowerBound) * pixels.rowBytes,
        row.mutablePixels + 3 * request.columns.lowerBound, pixels.rowBytes)
    }
    return pixels
  }

  /// - Returns: whether the row was the last one.
  private func decodeRow(
    _ context: OpaquePointer, to row: UnsafeMutablePointer<UInt8>, _ byteCount: Int, _ unchecked: inout Int,
    until deadline: DecodeDeadline
  ) throws(ImageError) -> Bool {
    if unchecked <= 0 {
      try deadline.check()
      unchecked = Self.bytesBetweenChecks
    }
    unchecked -= byteCount
    let result = spng_decode_row(context, row, byteCount)
    if result == Int32(SPNG_EOI.rawValue) { return true }
    try check(result)
    return false
  }

  private func check(_ result: Int32) throws(ImageError) {
    guard result != 0 else { return }
    let message = String(cString: spng_strerror(result))
    switch spng_errno(rawValue: result) {
    case SPNG_EOF, SPNG_IO_EOF, SPNG_EIDAT_TOO_SHORT: throw .truncated(.png, message)
    case SPNG_EMEM: throw .outOfMemory
    case SPNG_EIDAT_STREAM where !hasMemory: throw .outOfMemory
    default: throw .corrupt(.png, message)
    }
  }

  /// libspng reports a damaged stream and zlib's lack of 40 KiB alike; without those, this allocation fails
  /// too.
  private var hasMemory: Bool {
    var memory: UnsafeMutableRawPointer?
    // Not malloc: compilers omit it where the memory is unused.
    guard posix_memalign(&memory, 64, 64 << 10) == 0 else { return false }
    free(memory)
    return true
  }
}
