/// The rules of a bounded, first-in, first-out channel between workers: a pure state machine without threads,
/// locks or time. It returns the actions of the shell around it.
package struct ChannelState<Element>: ~Copyable {
  package enum SendAction: Equatable {
    case accepted
    /// Wait for room and call again.
    case wait
    /// The channel is closed; the element stays with the caller.
    case refused
  }

  package enum ReceiveAction: Equatable {
    /// The elements were appended to the queue.
    case received
    /// Wait for elements and call again.
    case wait
    /// The input has ended. The rest, too small for a firing, was appended to the queue.
    case ended
  }

  private let capacity: Int
  private let elements = Queue<Element>()
  package private(set) var isClosed = false

  package init(capacity: Int) { self.capacity = max(capacity, 1) }

  package var count: Int { elements.count }

  package mutating func send(_ element: Element) -> SendAction {
    if isClosed { return .refused }
    guard count < capacity else { return .wait }
    elements.append(element)
    return .accepted
  }

  /// Takes `wanted` elements at once or none.
  package mutating func receive(_ wanted: Int, into queue: Queue<Element>) -> ReceiveAction {
    guard count >= wanted else {
      guard isClosed else { return .wait }
      move(count, to: queue)
      return .ended
    }
    move(wanted, to: queue)
    return .received
  }

  /// Refuses more elements. Those inside can still be received.
  package mutating func close() { isClosed = true }

  /// Closes, and returns every element inside.
  package mutating func cancel(into queue: Queue<Element>) {
    isClosed = true
    move(count, to: queue)
  }

  private func move(_ number: Int, to queue: Queue<Element>) {
    for _ in 0..<number {
      if let element = elements.popFirst() { queue.append(element) }
    }
  }
}
