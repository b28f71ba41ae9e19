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
    let median = sorted.quantile(0.5)
    let deviation = (sorted.quantile(0.75) - sorted.quantile(0.25)) / 2
    self.median = median
    spread = median > 0 ? deviation / median : 0
    self.samples = sorted.count
    outliers = deviation > 0 ? sorted.count { abs($0 - median) > 5 * deviation } : 0
  }

  /// How far the median itself may be off, as a part of it: the standard error of a median of normal samples.
  public var uncertainty: Double { 1.86 * spread / Double(samples).squareRoot() }
}

extension [Double] {
  /// The value below which a part of the samples lies, 0…1; interpolated.
  ///
  /// - Precondition: they are sorted, and there are some.
  func quantile(_ part: Double) -> Double {
    let position = part * Double(count - 1)
    let lower = Int(position)
    let upper = Swift.min(lower + 1, count - 1)
    return self[lower] + (self[upper] - self[lower]) * (position - Double(lower))
  }
}
