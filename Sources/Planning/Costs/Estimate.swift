/// What a piece of work is expected to take, and why that is believed.
public struct Estimate: Sendable, Hashable {
  /// Where an estimate comes from.
  public enum Provenance: String, Sendable, Hashable {
    /// Timed on this machine, at this size.
    case measured
    /// Between two sizes that were.
    case interpolated
    /// Computed from what a platform file says of a device.
    case declared
  }

  public let seconds: Double
  /// As `Measurement.spread`.
  public let spread: Double
  public let provenance: Provenance

  public init(seconds: Double, spread: Double = 0, provenance: Provenance) {
    self.seconds = seconds
    self.spread = spread
    self.provenance = provenance
  }

  /// The same so many times, one after the other.
  func times(_ count: Int) -> Estimate {
    Estimate(seconds: seconds * Double(count), spread: spread, provenance: provenance)
  }
}
