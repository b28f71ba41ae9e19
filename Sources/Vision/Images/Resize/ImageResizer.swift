import Kernels

/// Resizes and crops decoded pixels to a square, upright.
///
/// The result is Pillow's for the same filter: weights of 22 bits, along x and then along y, each pass rounded to
/// 8 bits. Only the pixels of the crop are computed. One thread at a time uses a resizer.
public final class ImageResizer {
  public let geometry: CropGeometry
  public let filter: ResizeFilter
  private let pool: PixelPool
  private let kernel: ResizeKernel
  private var tables = ResizeTableCache()

  public init(
    geometry: CropGeometry, filter: ResizeFilter = .bilinear, pool: PixelPool = PixelPool(),
    kernel: ResizeKernel = .fastest
  ) {
    self.geometry = geometry
    self.filter = filter
    self.pool = pool
    self.kernel = kernel
  }

  /// `crop × crop` pixels, upright.
  ///
  /// - Parameter pixels: decoded for the same geometry and filter, or a whole image.
  /// - Throws: `ImageError.wrongRegion`, `.outOfMemory`.
  public func resize(_ pixels: PixelBuffer) throws(ImageError) -> PixelBuffer {
    let region = pixels.region
    let window = geometry.window(
      width: region.imageWidth, height: region.imageHeight, orientation: region.orientation)
    let columns = window.columns.sources(filter: filter, denominator: region.denominator)
    let rows = window.rows.sources(filter: filter, denominator: region.denominator)
    guard columns.lowerBound >= region.x, columns.upperBound <= region.x + pixels.width,
      rows.lowerBound >= region.y, rows.upperBound <= region.y + pixels.height
    else { throw .wrongRegion }

    let horizontal = tables.table(
      window.columns, filter: filter, denominator: region.denominator, origin: region.x)
    let vertical = tables.table(
      window.rows, filter: filter, denominator: region.denominator, origin: rows.lowerBound)
    // One more pixel in width than the crop, and rounded up to 16: the slack of a row.
    let narrow = try pool.buffer(
      width: (geometry.crop + ResizeKernel.slack) / 16 * 16 + 16, height: rows.count)
    kernel.horizontal(
      horizontal, from: pixels.mutablePixels + (rows.lowerBound - region.y) * pixels.rowBytes,
      rowBytes: pixels.rowBytes, rows: rows.count, to: narrow.mutablePixels, rowBytes: narrow.rowBytes)
    let result = try pool.buffer(width: geometry.crop, height: geometry.crop)
    kernel.vertical(
      vertical, from: narrow.mutablePixels, rowBytes: narrow.rowBytes, rowLength: result.rowBytes,
      to: result.mutablePixels, rowBytes: result.rowBytes)
    withExtendedLifetime((pixels, narrow)) {}
    return window.transposes ? try result.oriented(.leftMirrored, pool: pool) : result
  }
}
