import Basics

/// The distribution of requests' latencies, in steps of an eighth of an octave: percentiles are true to 5 %.
///
/// It serves the dashboard's many time steps; Prometheus has its own, coarser bounds.
struct LatencyDistribution: Sendable, Equatable {
  private(set) var counts = [UInt32](repeating: 0, count: steps)
  private(set) var count = 0
  private(set) var maximum: Nanoseconds = 0

  /// All latencies below 8.2 µs are one step, as are those above 68 s.
  private static let firstOctave = 13, lastOctave = 35, stepsPerOctave = 8
  private static let steps = (lastOctave - firstOctave + 1) * stepsPerOctave

  mutating func add(_ time: Nanoseconds) {
    counts[Self.step(of: time)] += 1
    count += 1
    maximum = max(maximum, time)
  }

  mutating func add(_ other: LatencyDistribution) {
    guard other.count > 0 else { return }
    for step in counts.indices { counts[step] += other.counts[step] }
    count += other.count
    maximum = max(maximum, other.maximum)
  }

  mutating func clear() {
    guard count > 0 else { return }
    for step in counts.indices { counts[step] = 0 }
    (count, maximum) = (0, 0)
  }

  /// The latency in nanoseconds that a part of the requests, 0…1, did not exceed; `nil` without requests.
  func percentile(_ part: Double) -> Double? {
    guard count > 0 else { return nil }
    let rank = max(part * Double(count), 1)
    var below = 0.0
    for (step, number) in counts.enumerated() where number > 0 {
      let upTo = below + Double(number)
      if upTo >= rank {
        let (low, high) = (Self.lowerBound(of: step), Self.lowerBound(of: step + 1))
        return min(low + (high - low) * (rank - below) / Double(number), Double(maximum))
      }
      below = upTo
    }
    return Double(maximum)
  }

  private static func step(of time: Nanoseconds) -> Int {
    let octave = UInt64.bitWidth - 1 - max(time, 1).leadingZeroBitCount
    guard octave >= firstOctave else { return 0 }
    guard octave <= lastOctave else { return steps - 1 }
    let withinOctave = Int(time >> UInt64(octave - 3)) & (stepsPerOctave - 1)
    return (octave - firstOctave) * stepsPerOctave + withinOctave
  }

  private static func lowerBound(of step: Int) -> Double {
    guard step > 0 else { return 0 }
    let octave = firstOctave + step / stepsPerOctave
    return Double(UInt64(1) << UInt64(octave)) * (1 + Double(step % stepsPerOctave) / Double(stepsPerOctave))
  }
}
