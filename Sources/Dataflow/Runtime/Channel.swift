import Basics
import Foundation
import Synchronization

/// A bounded queue between workers: `ChannelState` inside a lock, with two conditions to wait on.
///
/// Conditions are signalled after the lock is given up: whoever wakes would only wait for it.
///
/// Sendable: `state` is read and written only while `monitor` is held; so exclusivity isn't checked again.
final class Channel: @unchecked Sendable {
  private let monitor = Monitor()
  @exclusivity(unchecked) private var state: ChannelState<Token>
  private let room = Monitor.Condition.room, arrival = Monitor.Condition.arrival
  private let time: any TimeSource
  /// How long threads really wait; `time` may stand still.
  private let clock = MonotonicTime()
  /// Up to so many tokens are sent without waking the receiver; the sender takes them itself, or announces them.
  private let quietTokens: Int
  /// Where this is a graph's entrance: whether anything is in flight. If not, receivers may look out.
  private let gate: Gate?
  @exclusivity(unchecked) private var lookout = Lookout()
  /// As many tokens as the thread that looks out wants, if one does.
  @exclusivity(unchecked) private var awaited: Int?
  /// What that thread looks at.
  private let hasNews = Atomic(false)

  init(capacity: Int, quietTokens: Int = 0, behind gate: Gate? = nil, time: any TimeSource) {
    state = ChannelState(capacity: capacity)
    self.quietTokens = quietTokens
    self.gate = gate
    self.time = time
  }

  /// Whether the channel refuses more.
  var isClosed: Bool { monitor.withLock { state.isClosed } }

  /// Tokens inside.
  var count: Int { monitor.withLock { state.count } }

  /// Waits for room. A token that the channel refuses is given up, and its item fails.
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
          monitor.signal(arrival)  // There is no room before somebody receives.
          monitor.wait(for: room)
        case .refused: return (false, false)
        }
      }
    }
    if mustSignal { monitor.signal(arrival) }
    if !isAccepted { token.abandon(CancellationError(), at: time.now) }
  }

  /// Wakes a receiver, if there are as many tokens as it wants.
  func announce(_ wanted: Int) {
    if count >= wanted { monitor.signal(arrival) }
  }

  /// Waits for `count` tokens and appends them; `false` when no more will come, with those left appended.
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

  /// Looks for tokens for a moment, with the lock given up, where that is worthwhile and nobody else does.
  private func lookOut(for count: Int) {
    guard let gate else { return }
    let begin = clock.now
    lookout.begin(begin)
    guard awaited == nil, lookout.isWorthwhile, gate.count == 0 else { return }
    awaited = count
    hasNews.store(state.isClosed, ordering: .relaxed)
    monitor.withoutLock {
      while !hasNews.load(ordering: .acquiring), clock.now - begin < Lookout.limit {
        sched_yield()  // Whoever else wants this core has it.
      }
    }
    awaited = nil
  }

  /// Appends `count` tokens if they are there; `false` if not.
  func receiveNow(_ count: Int, into queue: Queue<Token>) -> Bool {
    let received = monitor.withLock {
      state.count >= count && state.receive(count, into: queue) == .received
    }
    if received { monitor.broadcast(room) }
    return received
  }

  /// Waits until `count` tokens are there, and leaves them; `false` when they will never be, or aren't by a time of
  /// `MonotonicTime`.
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

  /// Refuses more; what is inside can still be received.
  func close() {
    monitor.withLock {
      state.close()
      hasNews.store(true, ordering: .releasing)
    }
    monitor.broadcast(arrival)
    monitor.broadcast(room)
  }

  /// Closes; every token still inside is given up and its item fails.
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
