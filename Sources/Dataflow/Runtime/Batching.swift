/// When a worker begins a batch: as soon as it is full, when the first of it has waited long enough, or when nothing more will
/// come. A policy without a clock or a queue of its own.
package struct Batching {
  package enum Decision: Equatable {
    /// So many iterations at once.
    case take(Int)
    /// Ask again when more have come, or at that time if there is one.
    case wait(until: Double?)
  }

  /// Iterations.
  package let maximum: Int
  /// Seconds.
  package let delay: Double

  package init(maximum: Int, delay: Double) {
    self.maximum = maximum
    self.delay = delay
  }

  /// - Parameters:
  ///   - ready: iterations whose tokens are there.
  ///   - hasEnded: whether no more will come.
  ///   - since: when the first of them was seen to be.
  package func decide(ready: Int, hasEnded: Bool = false, since: Double?, now: Double) -> Decision {
    guard ready > 0 else { return .wait(until: nil) }
    guard ready < maximum else { return .take(maximum) }
    guard !hasEnded else { return .take(ready) }
    let waited = now - (since ?? now)
    // A timer may be early by a rounding error.
    return waited >= delay * (1 - 1e-9) ? .take(ready) : .wait(until: now + delay - waited)
  }
}
