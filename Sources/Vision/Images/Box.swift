/// A rectangle by its left, upper, right and lower edge.
public struct Box: Sendable, Hashable {
  public var x1, y1, x2, y2: Float

  public init(x1: Float, y1: Float, x2: Float, y2: Float) {
    self.x1 = x1
    self.y1 = y1
    self.x2 = x2
    self.y2 = y2
  }

  /// Around a centre.
  init(x: Float, y: Float, width: Float, height: Float) {
    self.init(x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2)
  }

  public var area: Float { max(x2 - x1, 0) * max(y2 - y1, 0) }

  /// The same with each edge multiplied, from parts of an input to its pixels.
  func scaled(x: Float, y: Float) -> Box { Box(x1: x1 * x, y1: y1 * y, x2: x2 * x, y2: y2 * y) }

  /// Intersection over union, 0…1.
  public func overlap(_ other: Box) -> Float {
    let width = min(x2, other.x2) - max(x1, other.x1)
    let height = min(y2, other.y2) - max(y1, other.y1)
    guard width > 0, height > 0 else { return 0 }
    let intersection = width * height
    return intersection / (area + other.area - intersection)
  }

  /// The part within a rectangle from 0, 0.
  func clipped(width: Float, height: Float) -> Box {
    Box(
      x1: min(max(x1, 0), width), y1: min(max(y1, 0), height), x2: min(max(x2, 0), width),
      y2: min(max(y2, 0), height))
  }
}
