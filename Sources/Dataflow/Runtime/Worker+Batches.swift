import Basics

/// The shell around `Batching`.
extension Worker {
  /// Waits for a batch. No other thread may take from these channels meanwhile.
  ///
  /// - Returns: the number of iterations taken in; 0 at the end of input.
  func takeInBatch() -> Int {
    let clock = MonotonicTime()
    while true {
      // The order matters: the content of a closed channel is final.
      let hasEnded = intakes.contains { $0.channel.isClosed }
      let ready = intakes.reduce(Int.max) { min($0, $1.iterations) }
      let now = Double(clock.now) / 1e9
      switch state.takeIn(ready: ready, hasEnded: hasEnded, now: now) {
      case .take(let iterations):
        // Unless everything was cancelled just now.
        let isThere = intakes.allSatisfy { $0.channel.receiveNow(iterations * $0.tokens, into: $0.queue) }
        return isThere ? iterations : 0
      case .wait(let deadline):
        let wanted = deadline == nil ? 1 : state.batching.maximum
        guard let lacking = intakes.first(where: { $0.iterations < wanted }) else { continue }
        let isThere = lacking.channel.wait(
          for: wanted * lacking.tokens,
          until: deadline.map { Nanoseconds(saturating: ($0 * 1e9).rounded(.up)) })
        guard isThere || deadline != nil else {
          _ = takeInOne()  // The rest, too small for an iteration.
          return 0
        }
      }
    }
  }
}
