import Basics
import Foundation

/// The arrival times of requests that don't wait for each other: fixed beforehand by a rate and a seed,
/// independent of the server. Two copies give the same times.
struct ArrivalSchedule: Sendable, IteratorProtocol {
  private let gap: Double
  private let spacing: LoadPacing.Arrivals
  private var random: SplitMix64
  /// The time of the latest arrival, nanoseconds.
  private var time: Double

  /// - Parameters:
  ///   - rate: requests a second, above 0.
  ///   - begin: the time of the schedule's start; the first request comes a gap later.
  init(rate: Double, _ spacing: LoadPacing.Arrivals, seed: UInt64, begin: Nanoseconds) {
    gap = 1e9 / rate
    self.spacing = spacing
    random = SplitMix64(seed: seed)
    time = Double(begin)
  }

  mutating func next() -> Nanoseconds? {
    switch spacing {
    case .uniform: time += gap
    // 1 − u is above 0, and its logarithm finite.
    case .poisson: time += -log(1 - Double.random(in: 0..<1, using: &random)) * gap
    }
    return Nanoseconds(saturating: time)
  }
}
