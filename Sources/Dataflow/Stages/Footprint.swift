/// The size of the work that an item brings, which times are measured for.
///
/// Costs are compared and interpolated along one number, the one that the application's work grows with: the bytes of
/// an encoded image, for example.
public struct Footprint: Sendable, Hashable, Codable, CustomStringConvertible {
  /// As users call it, such as `500 × 375`.
  public let name: String
  public let size: Double
  /// Height and width of an image that is stored as a JPEG: what its decoding can be estimated by.
  public let pixels: [Int]?

  public init(_ name: String, size: Double, pixels: [Int]? = nil) {
    self.name = name
    self.size = size
    self.pixels = pixels
  }

  public var description: String { name }
}
