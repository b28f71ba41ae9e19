import Kernels

/// The geometry of torchvision's `Resize` and `CenterCrop`: a resize to a short side, then a centre crop. Or
/// a resize to a height and a width that ignores the proportions.
public struct CropGeometry: Sendable, Hashable {
  /// The resized image's short side, pixels; without a crop, its longer side.
  public let shortSide: Int
  /// Size of the result, pixels.
  public let height, width: Int
  /// Whether the whole image is in the result.
  public let isStretched: Bool

  /// - Precondition: `1 ≤ crop ≤ shortSide ≤ 16384`.
  public init(shortSide: Int, crop: Int) {
    precondition(crop >= 1 && crop <= shortSide && shortSide <= 16384, "1 ≤ crop ≤ shortSide ≤ 16384")
    self.shortSide = shortSide
    (height, width, isStretched) = (crop, crop, false)
  }

  /// - Precondition: both from 1 to 16384.
  public init(height: Int, width: Int) {
    precondition((1...16384).contains(height) && (1...16384).contains(width), "sides are from 1 to 16384")
    shortSide = max(height, width)
    (self.height, self.width, isStretched) = (height, width, true)
  }

  /// The side of a square result, pixels.
  ///
  /// - Precondition: nothing is stretched.
  public var crop: Int {
    precondition(!isStretched, "the result need be no square")
    return width
  }

  /// The crop in the coordinates of the stored pixels, so that only those are decoded and resized. `width`
  /// and `height` are as stored; the crop is of the displayed image.
  func window(width: Int, height: Int, orientation: Orientation) -> CropWindow {
    guard !isStretched else {
      // Stored columns are displayed rows where the orientation transposes.
      let (columns, rows) = orientation.transposes ? (self.height, self.width) : (self.width, self.height)
      return CropWindow(
        columns: ResizeWindow(
          sourceLength: width, outputLength: columns, outputs: 0..<columns, reversed: orientation.flipsColumns
        ),
        rows: ResizeWindow(
          sourceLength: height, outputLength: rows, outputs: 0..<rows, reversed: orientation.flipsRows),
        transposes: orientation.transposes)
    }
    return CropWindow(
      columns: axis(width, other: height, flips: orientation.flipsColumns),
      rows: axis(height, other: width, flips: orientation.flipsRows),
      transposes: orientation.transposes)
  }

  private func axis(_ length: Int, other: Int, flips: Bool) -> ResizeWindow {
    // The long side is truncated, not rounded.
    let resized = length <= other ? shortSide : Int(Double(shortSide * length) / Double(other))
    let offset = Int((Double(resized - crop) / 2).rounded(.toNearestOrEven))
    let first = flips ? resized - crop - offset : offset
    return ResizeWindow(
      sourceLength: length, outputLength: resized, outputs: first..<first + crop, reversed: flips)
  }
}

/// A crop in stored coordinates: the output pixels along each stored axis, then perhaps a transposition.
package struct CropWindow: Hashable {
  package let columns: ResizeWindow
  package let rows: ResizeWindow
  package let transposes: Bool
}
