/// A histogram with fixed bounds, as of Prometheus: the number of values, their sum, and the numbers up to
/// each bound.
struct Histogram: Sendable, Equatable {
  /// Ascending. A value that equals a bound is counted with it.
  let bounds: [UInt64]
  /// For each bound, the values above the one before; then those above the last.
  private(set) var counts: [UInt64]
  private(set) var sum: UInt64 = 0

  init(bounds: [UInt64]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count + 1)
  }

  /// A histogram of existing counts.
  init(bounds: [UInt64], counts: [UInt64], sum: UInt64) {
    precondition(counts.count == bounds.count + 1)
    self.bounds = bounds
    self.counts = counts
    self.sum = sum
  }

  /// - Complexity: O(log bounds); allocates nothing.
  mutating func add(_ value: UInt64) {
    var (low, high) = (0, bounds.count)
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] < value { low = middle + 1 } else { high = middle }
    }
    counts[low] += 1
    sum &+= value
  }

  /// From 10 µs to 10 s in steps of 2 to 2.5, in nanoseconds: the range of stages and requests.
  static let times: [UInt64] =
    (4...9).flatMap { exponent in
      let decade = (0..<exponent).reduce(1) { value, _ in value * 10 as UInt64 }
      return [decade, decade * 5 / 2, decade * 5]
    } + [10_000_000_000]
}
