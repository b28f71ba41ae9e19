import Dataflow

/// How long requests are worked on, by the size of their bodies, learned from those that have been.
///
/// Sizes are put into bins, each twice as large as the one before. Of a size that was never seen the nearest one is told.
struct ServiceTimes: Sendable {
  private struct Bin {
    var mean = 0.0
    var least = Nanoseconds.max
    var count = 0
  }

  private var bins = [Bin](repeating: Bin(), count: 40)
  /// How much one more sample counts, once there are some.
  private static let weight = 0.05

  /// The mean, in nanoseconds; 0 where nothing is known.
  func estimate(bytes: Int) -> Nanoseconds { nearest(bytes).map { Nanoseconds($0.mean) } ?? 0 }

  /// The shortest there has been; 0 where nothing is known.
  func least(bytes: Int) -> Nanoseconds { nearest(bytes)?.least ?? 0 }

  private func nearest(_ bytes: Int) -> Bin? {
    let bin = Self.bin(bytes)
    for distance in bins.indices {
      for candidate in [bin - distance, bin + distance]
      where bins.indices.contains(candidate) && bins[candidate].count > 0 {
        return bins[candidate]
      }
    }
    return nil
  }

  mutating func record(bytes: Int, duration: Nanoseconds) {
    let bin = Self.bin(bytes)
    bins[bin].count += 1
    bins[bin].least = min(bins[bin].least, duration)
    let weight = max(Self.weight, 1 / Double(bins[bin].count))
    bins[bin].mean += (Double(duration) - bins[bin].mean) * weight
  }

  private static func bin(_ bytes: Int) -> Int {
    min(Int.bitWidth - 1 - max(bytes, 1).leadingZeroBitCount, 39)
  }
}
