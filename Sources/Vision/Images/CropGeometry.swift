import Kernels

/// Resize to a short side, then crop the centre: the geometry of torchvision's `Resize` and `CenterCrop`.
public struct CropGeometry: Sendable, Hashable {
  /// Of the resized image, pixels.
  public let shortSide: Int
  /// Width and height of the result, pixels.
  public let crop: Int

  /// - Precondition: `1 ≤ crop ≤ shortSide ≤ 16384`.
  public init(shortSide: Int, crop: Int) {
    precondition(crop >= 1 && crop <= shortSide && shortSide <= 16384, "1 ≤ crop ≤ shortSide ≤ 16384")
    self.shortSide = shortSide
    self.crop = crop
  }

  /// The crop of an image in the coordinates of its stored pixels, so that only those have to be decoded
  /// and resized. The size is the stored one; the crop is taken from the image as displayed.
  func window(width: Int, height: Int, orientation: Orientation) -> CropWindow {
    CropWindow(
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
struct CropWindow: Hashable {
  let columns: ResizeWindow
  let rows: ResizeWindow
  let transposes: Bool
}
