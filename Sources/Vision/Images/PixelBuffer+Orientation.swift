import CKernels

extension PixelBuffer {
  /// The whole image upright; itself if it is already.
  func upright(pool: PixelPool) throws(ImageError) -> PixelBuffer {
    region.orientation == .up ? self : try oriented(region.orientation, pool: pool)
  }

  /// A copy of the pixels, turned.
  func oriented(_ orientation: Orientation, pool: PixelPool) throws(ImageError) -> PixelBuffer {
    let turned =
      orientation.transposes
      ? try pool.buffer(width: height, height: width) : try pool.buffer(width: width, height: height)
    ck_orient_rgb(
      mutablePixels, rowBytes, Int32(width), Int32(height), orientation.flipsColumns, orientation.flipsRows,
      orientation.transposes, turned.mutablePixels, turned.rowBytes)
    return turned
  }
}
