import Dataflow
import Kernels

/// What decoding a JPEG and resizing it does, where nothing of it can be left out as on the CPU: a device decodes the whole
/// image, and reduces it to the size that the CPU would decode it at.
struct DecodeWork {
  /// Pixels of the file, and of what the resize takes in.
  private let pixels: Double
  let reducedPixels: Double
  /// Rows that the resize takes in.
  let reducedRows: Double
  private let bytes: Double

  /// - Returns: `nil` for what is no JPEG.
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
      scale == .auto
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
