import Basics
import Foundation

/// A rule for an idle thread: whether it polls for work for a moment before it sleeps.
///
/// A sleeping thread takes 25–60 µs to wake where a virtual machine halts idle cores, in part at the waker's
/// expense. Polling takes a core instead. So it ends after `limit`, and happens only if the latest gap was
/// shorter. (Linux's `haltpoll` governor does the same for whole cores.)
struct Lookout {
  static let limit: Nanoseconds = 500_000

  /// On a single core, polling would delay the sender.
  private let hasCores: Bool
  private var since: Nanoseconds = 0
  private var lastGap = Nanoseconds.max

  init(cores: Int = ProcessInfo.processInfo.activeProcessorCount) { hasCores = cores > 1 }

  var isWorthwhile: Bool { hasCores && lastGap <= Self.limit }

  /// Starts an idle time.
  mutating func begin(_ now: Nanoseconds) { since = now }

  /// Ends the idle time.
  mutating func end(_ now: Nanoseconds) { lastGap = now >= since ? now - since : 0 }
}
