/// An item in a simulation, finished when its last token is gone, as `Item`.
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

/// A token without a value; `nil` on edges with initial items, and behind sources.
typealias SimulatedToken = SimulatedItem?

extension SimulatedToken {
  var another: SimulatedToken {
    self?.retain()
    return self
  }
}
