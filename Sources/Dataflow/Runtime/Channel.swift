/// A bounded queue between workers: `ChannelState` inside a lock, with two conditions to wait on.
///
/// Sendable: `state` is read and written only while `monitor` is held.
final class Channel: @unchecked Sendable {
  private let monitor = Monitor(conditions: 2)
  @exclusivity(unchecked) private var state: ChannelState<Token>
  private let room = 0, arrival = 1
  private let time: any TimeSource

  init(capacity: Int, time: any TimeSource) {
    state = ChannelState(capacity: capacity)
    self.time = time
  }

  /// Whether the channel refuses more.
  var isClosed: Bool { monitor.withLock { state.isClosed } }

  /// Waits for room. A token that the channel refuses is given up, and its item fails.
  func send(_ token: Token) {
    let accepted = monitor.withLock { () -> Bool in
      while true {
        switch state.send(token) {
        case .accepted:
          monitor.signal(arrival)
          return true
        case .wait: monitor.wait(for: room)
        case .refused: return false
        }
      }
    }
    if !accepted { token.abandon(CancellationError(), at: time.now) }
  }

  /// Waits for `count` tokens and appends them; `false` when no more will come, with those left appended.
  func receive(_ count: Int, into queue: Queue<Token>) -> Bool {
    monitor.withLock {
      while true {
        switch state.receive(count, into: queue) {
        case .received:
          monitor.broadcast(room)
          return true
        case .wait: monitor.wait(for: arrival)
        case .ended: return false
        }
      }
    }
  }

  /// Refuses more; what is inside can still be received.
  func close() {
    monitor.withLock {
      state.close()
      monitor.broadcast(arrival)
      monitor.broadcast(room)
    }
  }

  /// Closes; every token still inside is given up and its item fails.
  func cancel() {
    let left = Queue<Token>()
    monitor.withLock {
      state.cancel(into: left)
      monitor.broadcast(arrival)
      monitor.broadcast(room)
    }
    while let token = left.popFirst() { token.abandon(CancellationError(), at: time.now) }
  }
}
