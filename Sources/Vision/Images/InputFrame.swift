/// Where a network's input lies in the photograph: from coordinates of one to those of the other.
///
/// Coordinates are of edges: 0 is the left or upper edge of the first pixel, `width` the right edge of the last. The
/// photograph's are of the upright image.
public struct InputFrame: Sendable, Hashable {
  /// The photograph as displayed, pixels.
  public let imageWidth: Int
  public let imageHeight: Int
  /// The network's input, pixels.
  public let width: Int
  public let height: Int
  /// The part of the input that shows the photograph; all of it, unless it is padded.
  public let content: PixelRectangle
  /// Pixels of the input for one of the photograph.
  public let scaleX: Double
  public let scaleY: Double
  /// Where in the input the photograph's upper left corner is; negative where it is cropped off.
  public let offsetX: Double
  public let offsetY: Double

  /// The photograph's coordinates of a point of the input.
  public func photograph(x: Double, y: Double) -> (x: Double, y: Double) {
    ((x - offsetX) / scaleX, (y - offsetY) / scaleY)
  }

  /// The input's coordinates of a point of the photograph.
  public func input(x: Double, y: Double) -> (x: Double, y: Double) {
    (x * scaleX + offsetX, y * scaleY + offsetY)
  }
}

/// A rectangle of whole pixels.
public struct PixelRectangle: Sendable, Hashable {
  public let x: Int
  public let y: Int
  public let width: Int
  public let height: Int

  public init(x: Int = 0, y: Int = 0, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}
