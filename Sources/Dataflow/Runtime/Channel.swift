import Basics
import Foundation
import Synchronization

/// A bounded queue between workers: `ChannelState` inside a lock, with two conditions.
///
/// Conditions are signalled after unlocking, so that a woken thread needn't wait for the lock.
///
/// Sendable: `state` is accessed only while `monitor` is held, so exclusivity isn't checked again.
final class Channel: @unchecked Sendable {
  private let monitor = Monitor()
  @exclusivity(unchecked) private var state: ChannelState<Token>
  private let room = Monitor.Condition.room, arrival = Monitor.Condition.arrival
  private let time: any TimeSource
  /// The clock of waiting threads; `time` may stand still.
  private let clock = MonotonicTime()
  /// A receiver isn't woken for so many tokens: the sender takes them itself or announces them.
  private let quietTokens: Int
  /// At a graph's entrance, the gate. Receivers may look out while nothing is in flight.
  private let gate: Gate?
  @exclusivity(unchecked) private var lookout = Lookout()
  /// The token count that the looking-out thread waits for; `nil` without one.
  @exclusivity(unchecked) private var awaited: Int?
  /// The flag that it polls.
  private let hasNews = Atomic(false)

  init(capacity: Int, quietTokens: Int = 0, behind gate: Gate? = nil, time: any TimeSource) {
    state = ChannelState(capacity: capacity)
    self.quietTokens = quietTokens
    self.gate = gate
    self.time = time
  }

  var isClosed: Bool { monitor.withLock { state.isClosed } }

  var count: Int { monitor.withLock { state.count } }

  /// Waits for room. A refused token is given up, and its item fails.
  func send(_ token: Token) {
    let isAccepted: Bool
    let mustSignal: Bool
    (isAccepted, mustSignal) = monitor.withLock {
      while true {
        switch state.send(token) {
        case .accepted:
          if awaited != nil { hasNews.store(true, ordering: .releasing) }
          return (true, state.count > max(quietTokens, awaited ?? 0))
        case .wait:
          monitor.signal(arrival)  // Room comes only from a receiver.
          monitor.wait(for: room)
        case .refused: return (false, false)
        }
      }
    }
    if mustSignal { monitor.signal(arrival) }
    if !isAccepted { token.abandon(CancellationError(), at: time.now) }
  }

  /// Wakes a receiver if `wanted` tokens are there.
  func announce(_ wanted: Int) {
    if count >= wanted { monitor.signal(arrival) }
  }

  /// Waits for `count` tokens and appends them; at the end of input, appends the rest and returns `false`.
  func receive(_ count: Int, into queue: Queue<Token>) -> Bool {
    let received = monitor.withLock {
      var hasWaited = false
      while true {
        switch state.receive(count, into: queue) {
        case .received:
          if hasWaited, gate != nil { lookout.end(clock.now) }
          return true
        case .wait where !hasWaited:
          hasWaited = true
          lookOut(for: count)
        case .wait: monitor.wait(for: arrival)
        case .ended: return false
        }
      }
    }
    if received { monitor.broadcast(room) }
    return received
  }

  /// Polls for tokens for a moment, without the lock, if that is worthwhile and no other thread does.
  private func lookOut(for count: Int) {
    guard let gate else { return }
    let begin = clock.now
    lookout.begin(begin)
    guard awaited == nil, lookout.isWorthwhile, gate.count == 0 else { return }
    awaited = count
    hasNews.store(state.isClosed, ordering: .relaxed)
    monitor.withoutLock {
      while !hasNews.load(ordering: .acquiring), clock.now - begin < Lookout.limit {
        sched_yield()  // Leaves the core to other threads.
      }
    }
    awaited = nil
  }

  /// Appends `count` tokens if they are there; otherwise returns `false`.
  func receiveNow(_ count: Int, into queue: Queue<Token>) -> Bool {
    let received = monitor.withLock {
      state.count >= count && state.receive(count, into: queue) == .received
    }
    if received { monitor.broadcast(room) }
    return received
  }

  /// Waits until `count` tokens are there, and leaves them. Returns `false` at the end of input or the
  /// deadline, a time of `MonotonicTime`.
  func wait(for count: Int, until deadline: Nanoseconds? = nil) -> Bool {
    monitor.withLock {
      while state.count < count {
        if state.isClosed { return false }
        guard let deadline else {
          monitor.wait(for: arrival)
          continue
        }
        guard monitor.wait(for: arrival, until: deadline) else { return state.count >= count }
      }
      return true
    }
  }

  /// Refuses more tokens. Those inside can still be received.
  func close() {
    monitor.withLock {
      state.close()
      hasNews.store(true, ordering: .releasing)
    }
    monitor.broadcast(arrival)
    monitor.broadcast(room)
  }

  /// Closes, gives up every token inside, and fails their items.
  func cancel() {
    let left = Queue<Token>()
    monitor.withLock {
      state.cancel(into: left)
      hasNews.store(true, ordering: .releasing)
    }
    monitor.broadcast(arrival)
    monitor.broadcast(room)
    while let token = left.popFirst() { token.abandon(CancellationError(), at: time.now) }
  }
}
