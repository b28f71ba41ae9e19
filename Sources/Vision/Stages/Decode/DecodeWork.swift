import Dataflow
import Kernels

/// The work of decoding and resizing a JPEG on a device, which decodes the whole image, unlike the CPU, and
/// reduces it to the size at which the CPU would decode it.
struct DecodeWork {
  /// Pixels of the file, and of the resize's input.
  private let pixels: Double
  let reducedPixels: Double
  /// Rows of the resize's input.
  let reducedRows: Double
  private let bytes: Double

  /// - Returns: `nil` for an image that is no JPEG.
  init?(_ footprint: Footprint, for target: ResizeSettings?, scale: DecodeScale) {
    guard let extents = footprint.pixels, extents.count == 2 else { return nil }
    let (height, width) = (extents[0], extents[1])
    pixels = Double(width * height)
    bytes = footprint.size
    guard let target else {
      (reducedPixels, reducedRows) = (pixels, Double(height))
      return
    }
    let denominator =
      scale == .auto && target.filter.isAntialiased
      ? ImageDecoder.denominator(shortestSide: min(width, height), shortSide: target.geometry.shortSide) : 1
    let window = target.geometry.window(width: width, height: height, orientation: .up)
    let columns = window.columns.sources(filter: target.filter, denominator: denominator).count
    let rows = window.rows.sources(filter: target.filter, denominator: denominator).count
    (reducedPixels, reducedRows) = (Double(columns * rows), Double(rows))
  }

  /// Entropy decoding; inverse transform and colour, some 30 operations for each number; reduction.
  var work: Work {
    Work(
      [
        Work.Kernel(bytes: 6 * pixels, entropyBytes: bytes),
        Work.Kernel(flops: 90 * pixels, bytes: 9 * pixels),
        Work.Kernel(flops: 3 * pixels, bytes: 3 * (pixels + reducedPixels)),
      ], input: Work.Traffic(bytes: bytes))
  }
}
