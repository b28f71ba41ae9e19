/// The weights of source pixels in a resized pixel. When shrinking, the filter is stretched by the ratio so
/// that every source pixel counts (antialiasing).
public enum ResizeFilter: String, Sendable, CaseIterable {
  /// A triangle, 1 pixel to each side.
  case bilinear
  /// Keys' cubic convolution with a = −0.5, 2 pixels to each side (Keys 1981).
  case bicubic
  /// The two nearest pixels, also when shrinking: bilinear without antialiasing, as OpenCV's `INTER_LINEAR`.
  case linear

  /// Those with antialiasing, which images of network inputs are usually resized with.
  public static let allCases: [ResizeFilter] = [.bilinear, .bicubic]

  /// Whether the filter is stretched when shrinking, so that every source pixel counts.
  public var isAntialiased: Bool { self != .linear }

  /// The filter's radius, in pixels of the coarser grid.
  public var support: Double {
    switch self {
    case .bilinear, .linear: 1
    case .bicubic: 2
    }
  }

  /// The unnormalised weight of a pixel at this distance.
  func weight(at distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .bilinear, .linear:
      return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      if x < 2 { return ((x - 5) * x + 8) * x * a - 4 * a }
      return 0
    }
  }
}
