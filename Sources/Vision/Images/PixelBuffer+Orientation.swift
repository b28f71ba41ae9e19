import CKernels

extension PixelBuffer {
  /// The whole image upright; `self` if it already is.
  func upright(pool: PixelPool) throws(ImageError) -> PixelBuffer {
    region.orientation == .up ? self : try oriented(region.orientation, pool: pool)
  }

  /// A copy of the pixels, turned.
  private func oriented(_ orientation: Orientation, pool: PixelPool) throws(ImageError) -> PixelBuffer {
    let turned =
      orientation.transposes
      ? try pool.buffer(width: height, height: width) : try pool.buffer(width: width, height: height)
    ck_orient_rgb(
      mutablePixels, rowBytes, Int32(width), Int32(height), orientation.flipsColumns, orientation.flipsRows,
      orientation.transposes, turned.mutablePixels, turned.rowBytes)
    return turned
  }

  /// Turns columns into rows: fills the other buffer from as much of this one as that takes.
  func transpose(into other: PixelBuffer) {
    precondition(other.width <= height && other.height <= width)
    ck_orient_rgb(
      mutablePixels, rowBytes, Int32(other.height), Int32(other.width), false, false, true,
      other.mutablePixels,
      other.rowBytes)
  }
}
