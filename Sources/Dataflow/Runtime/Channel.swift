/// A bounded queue between workers: `ChannelState` inside a lock, with two conditions to wait on.
///
/// Conditions are signalled after the lock is given up: whoever wakes would only wait for it.
///
/// Sendable: `state` is read and written only while `monitor` is held.
final class Channel: @unchecked Sendable {
  private let monitor = Monitor(conditions: 2)
  @exclusivity(unchecked) private var state: ChannelState<Token>
  private let room = 0, arrival = 1
  private let time: any TimeSource
  /// Up to so many tokens are sent without waking the receiver; the sender takes them itself, or announces them.
  private let quietTokens: Int

  init(capacity: Int, quietTokens: Int = 0, time: any TimeSource) {
    state = ChannelState(capacity: capacity)
    self.quietTokens = quietTokens
    self.time = time
  }

  /// Whether the channel refuses more.
  var isClosed: Bool { monitor.withLock { state.isClosed } }

  /// Tokens inside.
  var count: Int { monitor.withLock { state.count } }

  /// Waits for room. A token that the channel refuses is given up, and its item fails.
  func send(_ token: Token) {
    let count = monitor.withLock { () -> Int? in
      while true {
        switch state.send(token) {
        case .accepted: return state.count
        case .wait:
          monitor.signal(arrival)  // There is no room before somebody receives.
          monitor.wait(for: room)
        case .refused: return nil
        }
      }
    }
    guard let count else { return token.abandon(CancellationError(), at: time.now) }
    if count > quietTokens { monitor.signal(arrival) }
  }

  /// Wakes a receiver, if there are as many tokens as it wants.
  func announce(_ wanted: Int) {
    if count >= wanted { monitor.signal(arrival) }
  }

  /// Waits for `count` tokens and appends them; `false` when no more will come, with those left appended.
  func receive(_ count: Int, into queue: Queue<Token>) -> Bool {
    let received = monitor.withLock {
      while true {
        switch state.receive(count, into: queue) {
        case .received: return true
        case .wait: monitor.wait(for: arrival)
        case .ended: return false
        }
      }
    }
    if received { monitor.broadcast(room) }
    return received
  }

  /// Appends `count` tokens if they are there; `false` if not.
  func receiveNow(_ count: Int, into queue: Queue<Token>) -> Bool {
    let received = monitor.withLock {
      state.count >= count && state.receive(count, into: queue) == .received
    }
    if received { monitor.broadcast(room) }
    return received
  }

  /// Waits until `count` tokens are there, and leaves them; `false` when they will never be.
  func wait(for count: Int) -> Bool {
    monitor.withLock {
      while state.count < count {
        if state.isClosed { return false }
        monitor.wait(for: arrival)
      }
      return true
    }
  }

  /// Refuses more; what is inside can still be received.
  func close() {
    monitor.withLock { state.close() }
    monitor.broadcast(arrival)
    monitor.broadcast(room)
  }

  /// Closes; every token still inside is given up and its item fails.
  func cancel() {
    let left = Queue<Token>()
    monitor.withLock { state.cancel(into: left) }
    monitor.broadcast(arrival)
    monitor.broadcast(room)
    while let token = left.popFirst() { token.abandon(CancellationError(), at: time.now) }
  }
}
