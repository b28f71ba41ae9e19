/// The size of an item's work, for which times are measured.
///
/// Costs are compared and interpolated along one number that the application's work grows with, such as the
/// bytes of an encoded image.
public struct Footprint: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The name for users, such as `500 × 375`.
  public let name: String
  /// The number that costs are interpolated by.
  public let size: Double
  /// Height and width of an image stored as a JPEG; they determine the estimate of its decoding.
  public let pixels: [Int]?

  public init(_ name: String, size: Double, pixels: [Int]? = nil) {
    self.name = name
    self.size = size
    self.pixels = pixels
  }

  public var description: String { name }
}
