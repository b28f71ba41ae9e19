/// An item on its way through a simulation: finished when no token of it is left, as `Item`.
final class SimulatedItem {
  let arrival: Double
  private var tokens: Int
  private let finished: (SimulatedItem) -> Void

  init(arrival: Double, tokens: Int, finished: @escaping (SimulatedItem) -> Void) {
    self.arrival = arrival
    self.tokens = tokens
    self.finished = finished
  }

  func retain() { tokens += 1 }

  func release() {
    tokens -= 1
    if tokens == 0 { finished(self) }
  }
}

/// A token without a value; of no item on edges with initial items, and what comes of sources.
typealias SimulatedToken = SimulatedItem?

extension SimulatedToken {
  /// One more token of the item.
  var another: SimulatedToken {
    self?.retain()
    return self
  }
}
