import Basics
import Dataflow

/// The items of one request, which ends with the last of them.
final class RequestSet: Cancellable {
  private struct State {
    /// Kept until all items have ended: a ticket keeps its set, so a set that kept its tickets would never
    /// go.
    var tickets: [Ticket] = []
    var results: [ItemResult?]
    var left: Int
    var isCancelled = false
  }

  private let state: Locked<State>
  private let completion: @Sendable ([ItemResult]) -> Void

  /// - Parameter completion: called once after the last item, unless the set was abandoned.
  init(count: Int, completion: @escaping @Sendable ([ItemResult]) -> Void) {
    state = Locked(State(results: Array(repeating: nil, count: count), left: count))
    self.completion = completion
  }

  func add(_ ticket: Ticket) {
    let isCancelled = state.withLock { state in
      if state.left > 0 { state.tickets.append(ticket) }
      return state.isCancelled
    }
    if isCancelled { ticket.cancel() }
  }

  func finish(_ index: Int, _ result: ItemResult) {
    let all = state.withLock { state -> [ItemResult]? in
      state.results[index] = result
      state.left -= 1
      guard state.left == 0 else { return nil }
      state.tickets = []
      return state.results.compactMap(\.self)
    }
    if let all { completion(all) }
  }

  func cancel() {
    let tickets = state.withLock { state in
      defer { state.tickets = [] }
      state.isCancelled = true
      return state.tickets
    }
    for ticket in tickets { ticket.cancel() }
  }

  /// Cancels the items so far, without a completion: a further item could not be accepted.
  func abandon() {
    state.withLock { $0.left = .max }
    cancel()
  }
}
