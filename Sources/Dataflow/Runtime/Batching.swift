/// The rule for a worker's next batch: it begins when full, when its first iteration has waited long enough,
/// or at the end of input. A policy without a clock or a queue.
package struct Batching {
  package enum Decision: Equatable {
    /// Begin a batch of so many iterations.
    case take(Int)
    /// Call again after more tokens have come, or at that time.
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
  ///   - hasEnded: whether the input has ended.
  ///   - since: the time when the first of them was seen, in seconds.
  package func decide(ready: Int, hasEnded: Bool = false, since: Double?, now: Double) -> Decision {
    guard ready > 0 else { return .wait(until: nil) }
    guard ready < maximum else { return .take(maximum) }
    guard !hasEnded else { return .take(ready) }
    let waited = now - (since ?? now)
    // A timer may be early by a rounding error.
    return waited >= delay * (1 - 1e-9) ? .take(ready) : .wait(until: now + delay - waited)
  }
}
