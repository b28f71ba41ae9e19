/// The image that a pixel buffer is from, and the part of it that the buffer holds.
public struct PixelRegion: Sendable, Hashable {
  /// Size of the whole image as stored, pixels at full size.
  public let imageWidth: Int
  public let imageHeight: Int
  /// The image's orientation; the pixels are as stored, not yet turned.
  public let orientation: Orientation
  /// The factor by which the image was reduced: to ceil(size / denominator).
  public let denominator: Int
  /// The buffer's first pixel, in the reduced image.
  public let x: Int
  public let y: Int

  /// Sides of the whole image, upright.
  public var displayedWidth: Int { orientation.transposes ? imageHeight : imageWidth }
  public var displayedHeight: Int { orientation.transposes ? imageWidth : imageHeight }

  public init(
    imageWidth: Int, imageHeight: Int, orientation: Orientation = .up, denominator: Int = 1, x: Int = 0,
    y: Int = 0
  ) {
    self.imageWidth = imageWidth
    self.imageHeight = imageHeight
    self.orientation = orientation
    self.denominator = denominator
    self.x = x
    self.y = y
  }
}
