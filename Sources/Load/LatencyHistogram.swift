import Basics

/// Counts durations in buckets that grow with the duration, as in HdrHistogram: any quantile to within 0.4 %,
/// in 37 KB, without an allocation per record.
struct LatencyHistogram: Sendable, Equatable {
  /// The number of buckets for every doubling of the duration, as a power of two.
  private static let bits = 7
  /// Longer durations count as this, 73 minutes.
  private static let longest: Nanoseconds = 1 << 42 - 1

  private var counts = [Int](repeating: 0, count: Self.bucket(of: Self.longest) + 1)
  private(set) var count = 0
  /// The longest duration, exactly.
  private(set) var maximum: Nanoseconds?

  mutating func record(_ duration: Nanoseconds) {
    counts[Self.bucket(of: min(duration, Self.longest))] += 1
    count += 1
    maximum = max(maximum ?? 0, duration)
  }

  /// The duration that this part of all, 0…1, did not exceed; `nil` without any.
  func quantile(_ part: Double) -> Nanoseconds? {
    guard let maximum else { return nil }
    let rank = max(1, Int((part * Double(count)).rounded(.up)))
    var seen = 0
    for (bucket, inBucket) in counts.enumerated() {
      seen += inBucket
      if seen >= rank {
        return seen == count ? min(Self.middle(of: bucket), maximum) : Self.middle(of: bucket)
      }
    }
    return maximum
  }

  /// Each duration below 256 ns has a bucket of its own; above, the first eight bits decide.
  private static func bucket(of duration: Nanoseconds) -> Int {
    let shift = max(0, Nanoseconds.bitWidth - duration.leadingZeroBitCount - bits - 1)
    return shift << bits + Int(duration >> Nanoseconds(shift))
  }

  private static func middle(of bucket: Int) -> Nanoseconds {
    let shift = max(0, bucket >> bits - 1)
    let first = Nanoseconds(bucket - shift << bits) << Nanoseconds(shift)
    return first + (1 << Nanoseconds(shift)) / 2
  }
}
