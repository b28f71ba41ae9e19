/// A bounded queue between workers: `ChannelState` inside a lock, with two conditions to wait on.
///
/// Sendable: `state` is read and written only while `monitor` is held.
final class Channel: @unchecked Sendable {
  private let monitor = Monitor(conditions: 2)
  private var state: ChannelState<Token>
  private let room = 0, arrival = 1

  init(capacity: Int) { state = ChannelState(capacity: capacity) }

  /// Waits for room. A token that the channel refuses is given up, and its item fails.
  func send(_ token: Token, at now: Nanoseconds) {
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
    if !accepted { token.abandon(CancellationError(), at: now) }
  }

  /// Waits for `count` tokens and appends them; `false` when no more will come, with those left appended.
  func receive(_ count: Int, into buffer: inout [Token]) -> Bool {
    monitor.withLock {
      while true {
        switch state.receive(count, into: &buffer) {
        case .received:
          monitor.broadcast(room)
          return true
        case .wait: monitor.wait(for: arrival)
        case .ended: return false
        }
      }
    }
  }

  func close() {
    monitor.withLock {
      state.close()
      monitor.broadcast(arrival)
      monitor.broadcast(room)
    }
  }

  /// Closes; every token still inside is given up and its item fails.
  func cancel(at now: Nanoseconds) {
    let left = monitor.withLock { () -> [Token] in
      defer {
        monitor.broadcast(arrival)
        monitor.broadcast(room)
      }
      return state.cancel()
    }
    for token in left { token.abandon(CancellationError(), at: now) }
  }
}

extension Token {
  /// Fails the item and gives the token up.
  func abandon(_ error: any Error, at now: Nanoseconds) {
    item.fail(error)
    item.release(at: now)
  }
}
