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

  /// Turns columns into rows: fills `width` × `height` pixels from as much of this buffer as that takes.
  func transpose(width: Int, height: Int, into destination: UnsafeMutablePointer<UInt8>, rowBytes: Int) {
    precondition(width <= self.height && height <= self.width)
    ck_orient_rgb(
      mutablePixels, self.rowBytes, Int32(height), Int32(width), false, false, true, destination, rowBytes)
  }
}
