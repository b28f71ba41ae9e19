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

    let frame = geometry.frame(width: region.displayedWidth, height: region.displayedHeight)
    let content = frame.content
    let result = try pool.buffer(width: size.width, height: size.height)
    if case .letterbox(let colour, _) = geometry.fit { result.fill(colour, around: content) }
    let place = result.mutablePixels + content.y * result.rowBytes + 3 * content.x
    let weights = (columns: horizontal, rows: vertical)
    let stored = Source(pixels: source, rowBytes: pixels.rowBytes, columns: columns.count, rows: rows.count)
    if filter == .linear {
      try resizeLinearly(stored, weights, transposes: window.transposes, to: place, rowBytes: result.rowBytes)
    } else {
      try resizeInPasses(stored, weights, transposes: window.transposes, to: place, rowBytes: result.rowBytes)
    }
    result.frame = frame
    return result
  }

  private typealias Tables = (columns: ResizeTable, rows: ResizeTable)

  /// The stored pixels that the result is made from.
  private struct Source {
    let pixels: UnsafePointer<UInt8>
    let rowBytes, columns, rows: Int
  }

  /// The pass along the displayed x comes first: each pass rounds and clips, so their order shows.
  private func resizeInPasses(
    _ source: Source, _ tables: Tables, transposes: Bool, to place: UnsafeMutablePointer<UInt8>, rowBytes: Int
  ) throws(ImageError) {
    let (width, height) = (tables.columns.count, tables.rows.count)
    if transposes {
      let low = try pool.buffer(width: source.columns, height: height)
      kernel.vertical(tables.rows, from: source.pixels, rowBytes: source.rowBytes, to: low)
      let stored = try pool.buffer(width: width + ResizeKernel.slack, height: height)
      kernel.horizontal(tables.columns, from: low.mutablePixels, rowBytes: low.rowBytes, to: stored)
      stored.transpose(width: height, height: width, into: place, rowBytes: rowBytes)
    } else {
      // Rows as long as the slack asks for, which is in bytes: more than enough.
      let narrow = try pool.buffer(width: width + ResizeKernel.slack, height: source.rows)
      kernel.horizontal(tables.columns, from: source.pixels, rowBytes: source.rowBytes, to: narrow)
      kernel.vertical(
        tables.rows, from: narrow.mutablePixels, rowBytes: narrow.rowBytes, rowLength: 3 * width, to: place,
        rowBytes: rowBytes)
      withExtendedLifetime(narrow) {}
    }
  }

  private func resizeLinearly(
    _ source: Source, _ tables: Tables, transposes: Bool, to place: UnsafeMutablePointer<UInt8>, rowBytes: Int
  ) throws(ImageError) {
    let rowLength = 3 * source.columns
    // Two bytes for each number: 6 for each pixel of 3.
    let line = try pool.buffer(width: 2 * (source.columns + ResizeKernel.slack), height: 1)
    func resize(to place: UnsafeMutablePointer<UInt8>, rowBytes: Int) {
      UnsafeMutableRawPointer(line.mutablePixels).withMemoryRebound(
        to: Int16.self, capacity: rowLength + ResizeKernel.slack
      ) {
        kernel.linear(
          tables.columns, tables.rows, from: source.pixels, rowBytes: source.rowBytes, rowLength: rowLength,
          through: $0, to: place, rowBytes: rowBytes)
      }
    }
    defer { withExtendedLifetime(line) {} }
    guard transposes else { return resize(to: place, rowBytes: rowBytes) }
    let (width, height) = (tables.columns.count, tables.rows.count)
    let stored = try pool.buffer(width: width, height: height)
    resize(to: stored.mutablePixels, rowBytes: stored.rowBytes)
    stored.transpose(width: height, height: width, into: place, rowBytes: rowBytes)
  }
}

extension PixelBuffer {
  /// Gives the pixels outside a rectangle one colour: red, green and blue.
  fileprivate func fill(_ colour: [UInt8], around content: PixelRectangle) {
    let (right, bottom) = (content.x + content.width, content.y + content.height)
    fill(colour, columns: 0..<width, rows: 0..<content.y)
    fill(colour, columns: 0..<width, rows: bottom..<height)
    fill(colour, columns: 0..<content.x, rows: content.y..<bottom)
    fill(colour, columns: right..<width, rows: content.y..<bottom)
  }

  private func fill(_ colour: [UInt8], columns: Range<Int>, rows: Range<Int>) {
    guard !columns.isEmpty, !rows.isEmpty else { return }
    let first = mutablePixels + rows.lowerBound * rowBytes + 3 * columns.lowerBound
    for column in 0..<columns.count { (first + 3 * column).update(from: colour, count: 3) }
    for row in 1..<max(rows.count, 1) {
      (first + row * rowBytes).update(from: first, count: 3 * columns.count)
    }
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
