/// The expected time of a piece of work, with its provenance.
public struct Estimate: Sendable, Hashable {
  /// The origin of an estimate.
  public enum Provenance: String, Sendable, Hashable {
    /// Timed on this machine, at this size.
    case measured
    /// Between two measured sizes.
    case interpolated
    /// Computed from a platform file.
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

  /// The time of so many repetitions in sequence.
  func times(_ count: Int) -> Estimate {
    Estimate(seconds: seconds * Double(count), spread: spread, provenance: provenance)
  }
}
