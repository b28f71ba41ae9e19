/// The rules of a bounded, first-in, first-out channel between workers: a pure state machine that says what the
/// shell around it must do. It knows nothing of threads, locks or time.
struct ChannelState<Element> {
  enum SendAction: Equatable {
    case accepted
    /// Wait for room and ask again.
    case wait
    /// The channel no longer carries anything; the element stays with the caller.
    case refused
  }

  enum ReceiveAction: Equatable {
    /// The elements were appended to the buffer.
    case received
    /// Wait for elements and ask again.
    case wait
    /// Nothing will come any more. What was left, too little for a whole firing, was appended to the buffer.
    case ended
  }

  private let capacity: Int
  private var elements: [Element?]
  private var first = 0
  private(set) var count = 0
  private(set) var isClosed = false

  init(capacity: Int) {
    self.capacity = max(capacity, 1)
    elements = Array(repeating: nil, count: self.capacity)
  }

  var hasRoom: Bool { count < capacity }

  mutating func send(_ element: Element) -> SendAction {
    if isClosed { return .refused }
    guard hasRoom else { return .wait }
    elements[(first + count) % capacity] = element
    count += 1
    return .accepted
  }

  /// Takes `wanted` elements at once or none.
  mutating func receive(_ wanted: Int, into buffer: inout [Element]) -> ReceiveAction {
    guard count >= wanted else {
      guard isClosed else { return .wait }
      take(count, into: &buffer)
      return .ended
    }
    take(wanted, into: &buffer)
    return .received
  }

  /// No more is sent; what is in the channel can still be received.
  mutating func close() { isClosed = true }

  /// Closes, and hands back everything that was not received.
  mutating func cancel() -> [Element] {
    isClosed = true
    var left: [Element] = []
    take(count, into: &left)
    return left
  }

  private mutating func take(_ number: Int, into buffer: inout [Element]) {
    for _ in 0..<number {
      if let element = elements[first].take() { buffer.append(element) }
      first = (first + 1) % capacity
    }
    count -= number
  }
}
