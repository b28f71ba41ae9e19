import Dataflow

/// The shell around `ChannelState` in virtual time: waiting parties are called back.
final class SimulatedChannel {
  private var state: ChannelState<SimulatedToken>
  private let time: VirtualTime
  private var senders: [() -> Void] = []
  private var receivers: [() -> Void] = []

  init(capacity: Int, time: VirtualTime) {
    state = ChannelState(capacity: capacity)
    self.time = time
  }

  var count: Int { state.count }

  /// Sends, and calls `next` once there is room.
  func send(_ token: SimulatedToken, then next: @escaping () -> Void) {
    switch state.send(token) {
    case .accepted:
      wake(&receivers)
      next()
    case .wait: senders.append { self.send(token, then: next) }
    case .refused: preconditionFailure("nobody closes a simulated channel")
    }
  }

  /// Takes so many tokens, which must be there.
  func receive(_ count: Int, into queue: Queue<SimulatedToken>) {
    precondition(state.receive(count, into: queue) == .received, "the tokens are there")
    wake(&senders)
  }

  /// Calls when there are more tokens.
  func onArrival(_ action: @escaping () -> Void) { receivers.append(action) }

  private func wake(_ waiting: inout [() -> Void]) {
    for action in waiting { time.schedule(action) }
    waiting = []
  }
}
