import CJPEG

/// JPEG: baseline, extended and progressive; grey, YCbCr, RGB, CMYK and YCCK. Usual baseline JPEGs are decoded by our own code, all others by
/// libjpeg-turbo, whose pixels those are, too.
final class JPEGDecoder {
  // Owned; freed in deinit. Nil if there was no memory for it.
  private let handle: OpaquePointer?
  private let maximumScans: Int

  /// - Parameter isBare: by libjpeg-turbo alone, with which the usual way is compared.
  init(maximumScans: Int, isBare: Bool = false) {
    handle = cjpeg_create(isBare)
    self.maximumScans = maximumScans
  }

  deinit { cjpeg_destroy(handle) }

  /// Whether the last image was decoded by our own code.
  var wasOurs: Bool { handle.map { cjpeg_was_ours($0) } ?? false }

  func decode(
    _ bytes: UnsafeRawBufferPointer, header: ImageHeader, _ request: DecodeRequest, pool: PixelPool
  ) throws(ImageError) -> PixelBuffer {
    guard let handle else { throw .outOfMemory }
    var region = cjpeg_region(
      x: UInt32(request.columns.lowerBound), y: UInt32(request.rows.lowerBound),
      width: UInt32(request.columns.count), height: UInt32(request.rows.count))
    // `bytes` outlives both calls, as cjpeg_open asks.
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
