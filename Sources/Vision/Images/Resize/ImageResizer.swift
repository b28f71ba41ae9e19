import Kernels

/// Resizes and crops decoded pixels to a network's input, upright.
///
/// The result is Pillow's for the same filter: weights of 22 bits, along x and then along y, each pass
/// rounded to 8 bits. Only the pixels of the crop are computed. One thread at a time uses a resizer.
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

  /// Resizes to the geometry's height and width in pixels, upright.
  ///
  /// - Parameter pixels: decoded for the same geometry and filter, or a whole image.
  /// - Throws: `ImageError.wrongRegion`, `.outOfMemory`; `.tooManyPixels` for proportions that give too large a result.
  public func resize(_ pixels: PixelBuffer) throws(ImageError) -> PixelBuffer {
    let region = pixels.region
    let size = geometry.size(width: region.displayedWidth, height: region.displayedHeight)
    guard
      geometry.isFixed
        || size.width.multipliedReportingOverflow(by: size.height).partialValue
          <= CropGeometry.maximumPixels
    else {
      throw .tooManyPixels(width: size.width, height: size.height, limit: CropGeometry.maximumPixels)
    }
    let sources = try CropSources(of: geometry, filter, in: pixels)
    let (window, columns, rows) = (sources.window, sources.columns, sources.rows)
    let horizontal = tables.table(
      window.columns, filter: filter, denominator: region.denominator, origin: columns.lowerBound)
    let vertical = tables.table(
      window.rows, filter: filter, denominator: region.denominator, origin: rows.lowerBound)
    let source =
      pixels.mutablePixels + (rows.lowerBound - region.y) * pixels.rowBytes + 3
      * (columns.lowerBound - region.x)
    defer { withExtendedLifetime(pixels) {} }

    // The pass along the displayed x comes first: each pass rounds and clips, so their order shows.
    let (width, height) =
      window.transposes ? (vertical.count, horizontal.count) : (horizontal.count, vertical.count)
    let resized = try pool.buffer(width: width, height: height)
    if window.transposes {
      let low = try pool.buffer(width: columns.count, height: width)
      kernel.vertical(vertical, from: source, rowBytes: pixels.rowBytes, to: low)
      let stored = try pool.buffer(width: height + ResizeKernel.slack, height: width)
      kernel.horizontal(horizontal, from: low.mutablePixels, rowBytes: low.rowBytes, to: stored)
      stored.transpose(into: resized)
    } else {
      // Rows as long as the slack asks for, which is in bytes: more than enough.
      let narrow = try pool.buffer(width: width + ResizeKernel.slack, height: rows.count)
      kernel.horizontal(horizontal, from: source, rowBytes: pixels.rowBytes, to: narrow)
      kernel.vertical(vertical, from: narrow.mutablePixels, rowBytes: narrow.rowBytes, to: resized)
    }
    let frame = geometry.frame(width: region.displayedWidth, height: region.displayedHeight)
    let result = try padded(resized, in: frame.content)
    result.frame = frame
    return result
  }

  /// The pixels within a rectangle of the result, and the letterbox's colour around it.
  private func padded(_ pixels: PixelBuffer, in content: PixelRectangle) throws(ImageError) -> PixelBuffer {
    guard case .letterbox(let colour, _) = geometry.fit,
      pixels.width != geometry.width || pixels.height != geometry.height
    else { return pixels }
    let result = try pool.buffer(width: geometry.width, height: geometry.height)
    result.fill(colour)
    for row in 0..<content.height {
      (result.mutablePixels + (content.y + row) * result.rowBytes + 3 * content.x).update(
        from: pixels.mutablePixels + row * pixels.rowBytes, count: 3 * content.width)
    }
    return withExtendedLifetime(pixels) { result }
  }
}

extension PixelBuffer {
  /// Makes every pixel the same: red, green and blue.
  fileprivate func fill(_ colour: [UInt8]) {
    guard height > 0 else { return }
    let first = mutablePixels
    for column in 0..<width { (first + 3 * column).update(from: colour, count: 3) }
    for row in 1..<max(height, 1) { (first + row * rowBytes).update(from: first, count: rowBytes) }
  }
}

extension ResizeKernel {
  fileprivate func horizontal(
    _ table: ResizeTable, from source: UnsafePointer<UInt8>, rowBytes: Int, to result: PixelBuffer
  ) {
    horizontal(
      table, from: source, rowBytes: rowBytes, rows: result.height, to: result.mutablePixels,
      rowBytes: result.rowBytes)
  }

  fileprivate func vertical(
    _ table: ResizeTable, from source: UnsafePointer<UInt8>, rowBytes: Int, to result: PixelBuffer
  ) {
    vertical(
      table, from: source, rowBytes: rowBytes, rowLength: result.rowBytes, to: result.mutablePixels,
      rowBytes: result.rowBytes)
  }
}
