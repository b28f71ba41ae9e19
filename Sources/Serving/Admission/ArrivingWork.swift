import Basics
import Foundation

/// The work of requests that begin to arrive. It counts less and less with time: slow uploads block no other
/// requests.
struct ArrivingWork: Sendable {
  /// Nanoseconds of work, at `time`.
  private var amount = 0.0
  private var time: Nanoseconds = 0

  private static let halfLife = 1e9

  func amount(at now: Nanoseconds) -> Nanoseconds {
    Nanoseconds(saturating: amount * Self.decay(from: time, to: now))
  }

  mutating func add(_ work: Nanoseconds, at now: Nanoseconds) { change(by: Double(work), at: now) }

  /// Removes work added at a time: it has arrived, or never will.
  mutating func remove(_ work: Nanoseconds, addedAt time: Nanoseconds, at now: Nanoseconds) {
    change(by: -Double(work) * Self.decay(from: time, to: now), at: now)
  }

  private mutating func change(by work: Double, at now: Nanoseconds) {
    amount = max(0, amount * Self.decay(from: time, to: now) + work)
    time = max(time, now)
  }

  private static func decay(from start: Nanoseconds, to end: Nanoseconds) -> Double {
    exp2(-Double(end - min(start, end)) / halfLife)
  }
}
