/// An object in an image.
public struct Detection: Sendable, Hashable {
  /// A point of the upright photograph, in pixels, within it.
  public struct Point: Sendable, Hashable {
    public let x, y: Float

    public init(x: Float, y: Float) {
      self.x = x
      self.y = y
    }

    /// The nearest point of a rectangle from 0, 0.
    func clipped(width: Float, height: Float) -> Point {
      Point(x: min(max(x, 0), width), y: min(max(y, 0), height))
    }
  }

  public let label: String
  /// The class's position among the network's.
  public let index: Int
  /// 0…1.
  public let score: Float
  /// In pixels of the upright photograph, within it.
  public let box: Box
  /// The object's key points, of networks that give some.
  public let keypoints: [Point]?
  /// The object's pixels in the photograph, of networks that give them.
  public let mask: RunLengthMask?
}

/// The objects in an image, best first.
public struct Detections: Sendable {
  public let objects: [Detection]
  /// Sides of the photograph, pixels.
  public let width, height: Int

  public init(_ objects: [Detection], width: Int, height: Int) {
    self.objects = objects
    self.width = width
    self.height = height
  }
}
