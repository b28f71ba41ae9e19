/// The statistics of repeated timings.
public struct Measurement: Sendable, Hashable, Codable {
  /// Seconds.
  public let median: Double
  /// Half the interquartile range, relative to the median.
  public let spread: Double
  public let samples: Int
  /// Samples beyond five times that distance from the median. They are counted, and hardly affect the median.
  public let outliers: Int

  public init(median: Double, spread: Double = 0, samples: Int = 1, outliers: Int = 0) {
    self.median = median
    self.spread = spread
    self.samples = samples
    self.outliers = outliers
  }

  /// `nil` without samples.
  public init?(of samples: [Double]) {
    guard !samples.isEmpty else { return nil }
    let sorted = samples.sorted()
    let median = sorted.quantile(0.5)
    let deviation = (sorted.quantile(0.75) - sorted.quantile(0.25)) / 2
    self.median = median
    spread = median > 0 ? deviation / median : 0
    self.samples = sorted.count
    outliers = deviation > 0 ? sorted.count { abs($0 - median) > 5 * deviation } : 0
  }

  /// The relative standard error of the median, for normal samples.
  public var uncertainty: Double { 1.86 * spread / Double(samples).squareRoot() }
}

extension [Double] {
  /// The interpolated quantile at `part`, 0…1.
  ///
  /// - Precondition: the samples are sorted and not empty.
  func quantile(_ part: Double) -> Double {
    let position = part * Double(count - 1)
    let lower = Int(position)
    let upper = Swift.min(lower + 1, count - 1)
    return self[lower] + (self[upper] - self[lower]) * (position - Double(lower))
  }
}
