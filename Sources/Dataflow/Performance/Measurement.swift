/// What repeated timing of one thing gave.
public struct Measurement: Sendable, Hashable, Codable {
  /// Seconds.
  public let median: Double
  /// Half the distance between the quartiles, as a part of the median.
  public let spread: Double
  public let samples: Int
  /// Samples further from the median than five times that distance. They are counted, and the median hardly feels them.
  public let outliers: Int

  public init(median: Double, spread: Double = 0, samples: Int = 1, outliers: Int = 0) {
    self.median = median
    self.spread = spread
    self.samples = samples
    self.outliers = outliers
  }

  /// `nil` of no samples.
  public init?(of samples: [Double]) {
    guard !samples.isEmpty else { return nil }
    let sorted = samples.sorted()
    func quantile(_ part: Double) -> Double {
      let position = part * Double(sorted.count - 1)
      let lower = Int(position)
      let upper = min(lower + 1, sorted.count - 1)
      return sorted[lower] + (sorted[upper] - sorted[lower]) * (position - Double(lower))
    }
    let median = quantile(0.5)
    let deviation = (quantile(0.75) - quantile(0.25)) / 2
    self.median = median
    spread = median > 0 ? deviation / median : 0
    self.samples = sorted.count
    outliers = deviation > 0 ? sorted.count { abs($0 - median) > 5 * deviation } : 0
  }

  /// How far the median itself may be off, as a part of it: the standard error of a median of normal samples.
  public var uncertainty: Double { 1.86 * spread / Double(samples).squareRoot() }
}
