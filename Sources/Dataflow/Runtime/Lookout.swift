import Basics
import Foundation

/// Whether a thread with nothing to do looks out for work for a moment before it sleeps.
///
/// A sleeping thread takes 25–60 µs to wake where idle cores of a virtual machine are halted, and whoever wakes it pays
/// a part of that. Looking out takes a core instead; so not for longer than `limit`, and only after work has come
/// within it the last time. (Linux does the same for whole cores: its `haltpoll` governor.)
struct Lookout {
  static let limit: Nanoseconds = 500_000

  /// With one core, whoever brings work waits for the core that looks out for it.
  private let hasCores: Bool
  private var since: Nanoseconds = 0
  private var lastGap = Nanoseconds.max

  init(cores: Int = ProcessInfo.processInfo.activeProcessorCount) { hasCores = cores > 1 }

  var isWorthwhile: Bool { hasCores && lastGap <= Self.limit }

  /// Somebody has nothing to do any more.
  mutating func begin(_ now: Nanoseconds) { since = now }

  /// Somebody has something to do again.
  mutating func end(_ now: Nanoseconds) { lastGap = now >= since ? now - since : 0 }
}
