import Kernels

/// The pixels of a buffer from which a crop is made.
package struct CropSources {
  package let window: CropWindow
  /// In pixels of the reduced image, like `rows`.
  package let columns: Range<Int>
  package let rows: Range<Int>

  /// - Throws: `ImageError.wrongRegion` if the buffer lacks some of them.
  package init(of geometry: CropGeometry, _ filter: ResizeFilter, in pixels: PixelBuffer) throws(ImageError) {
    let region = pixels.region
    window = geometry.window(
      width: region.imageWidth, height: region.imageHeight, orientation: region.orientation)
    columns = window.columns.sources(filter: filter, denominator: region.denominator)
    rows = window.rows.sources(filter: filter, denominator: region.denominator)
    guard columns.lowerBound >= region.x, columns.upperBound <= region.x + pixels.width,
      rows.lowerBound >= region.y, rows.upperBound <= region.y + pixels.height
    else { throw .wrongRegion }
  }
}
