import Basics
import Foundation

/// When requests arrive that don't wait for each other's answers: fixed beforehand by a rate and a seed, whatever the server
/// does. Two copies give the same times.
struct ArrivalSchedule: Sendable, IteratorProtocol {
  private let gap: Double
  private let spacing: LoadPacing.Arrivals
  private var random: SplitMix64
  /// Nanoseconds.
  private var time: Double

  /// - Parameters:
  ///   - rate: requests a second, above 0.
  ///   - begin: the first one comes a gap later.
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

/// Numbers that look random, and are the same for the same seed.
struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
