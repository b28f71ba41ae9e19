import Kernels

/// Resize to a short side, then crop the centre: the geometry of torchvision's `Resize` and `CenterCrop`. Or resize to a height
/// and a width, whatever becomes of the proportions.
public struct CropGeometry: Sendable, Hashable {
  /// Of the resized image, pixels; of one that isn't cropped, the longer side: no axis of it has more.
  public let shortSide: Int
  /// Of the result, pixels.
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

  /// Width and height of a square result, pixels.
  ///
  /// - Precondition: nothing is stretched.
  public var crop: Int {
    precondition(!isStretched, "the result need be no square")
    return width
  }

  /// The crop of an image in the coordinates of its stored pixels, so that only those have to be decoded
  /// and resized. The size is the stored one; the crop is taken from the image as displayed.
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
    // The long side is cut to a whole number, not rounded.
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
