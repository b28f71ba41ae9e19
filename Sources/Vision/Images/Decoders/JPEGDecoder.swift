import CJPEG

/// A decoder of JPEG: baseline, extended and progressive; grey, YCbCr, RGB, CMYK and YCCK. Our own code
/// decodes usual baseline JPEGs, libjpeg-turbo all others; both give the same pixels.
final class JPEGDecoder {
  // Freed in deinit. Nil if there was no memory for it.
  private let handle: OpaquePointer?
  private let maximumScans: Int

  /// - Parameter isBare: whether libjpeg-turbo decodes all images, for comparison.
  init(maximumScans: Int, isBare: Bool = false) {
    handle = cjpeg_create(isBare)
    self.maximumScans = maximumScans
  }

  deinit { cjpeg_destroy(handle) }

  /// Whether our own code decoded the last image.
  var wasOurs: Bool { handle.map { cjpeg_was_ours($0) } ?? false }

  func decode(
    _ bytes: UnsafeRawBufferPointer, header: ImageHeader, _ request: DecodeRequest, pool: PixelPool
  ) throws(ImageError) -> PixelBuffer {
    guard let handle else { throw .outOfMemory }
    var region = cjpeg_region(
      x: UInt32(request.columns.lowerBound), y: UInt32(request.rows.lowerBound),
      width: UInt32(request.columns.count), height: UInt32(request.rows.count))
    // `bytes` outlives both calls, as cjpeg_open requires.
    try check(
      cjpeg_open(
        handle, bytes.baseAddress, bytes.count, UInt32(header.width), UInt32(header.height),
        UInt32(request.denominator),
        cjpeg_limits(scans: UInt32(maximumScans), deadline: request.deadline.nanoseconds), &region), request)
    let pixels = try pool.buffer(
      width: Int(region.width), height: Int(region.height),
      region: request.region(of: header, x: Int(region.x)))
    try check(cjpeg_read(handle, pixels.mutablePixels, pixels.rowBytes), request)
    return pixels
  }

  private func check(_ result: cjpeg_result, _ request: DecodeRequest) throws(ImageError) {
    if result == cjpeg_ok { return }
    let message = String(cString: cjpeg_message(handle))
    switch result {
    case cjpeg_truncated: throw .truncated(.jpeg, message)
    case cjpeg_unsupported: throw .unsupported(.jpeg, message)
    case cjpeg_too_many_scans: throw .corrupt(.jpeg, "more than \(maximumScans) scans")
    case cjpeg_too_slow: throw request.deadline.error
    case cjpeg_out_of_memory: throw .outOfMemory
    default: throw .corrupt(.jpeg, message)
    }
  }
}
