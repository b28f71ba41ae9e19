import Testing

@testable import Load

@Suite struct LoadStateTests {
  private let ms: UInt64 = 1_000_000

  // MARK: closed loop

  @Test func everyConnectionSendsAsSoonAsItCan() {
    var state = LoadState(.closed(connections: 2), begin: 0, end: 100, seed: 1)
    #expect(state.open() == 2 && state.nextArrival == nil && state.arrive(at: 50) == nil)
    #expect(state.take(for: 1, at: 10) == 10 && state.take(for: 2, at: 20) == 20)
    state.finished()
    #expect(state.take(for: 1, at: 30) == 30 && state.inFlight == 2)
    #expect(!state.isOver(at: 100))
    for id in [1, 2] {
      state.finished()
      #expect(state.take(for: id, at: 100) == nil)
    }
    #expect(state.isOver(at: 100))
  }

  @Test func connectionsThatGoAreReplaced() {
    var state = LoadState(.closed(connections: 1), begin: 0, end: 100, seed: 1)
    _ = state.open()
    #expect(state.take(for: 1, at: 10) == 10)
    state.finished()
    #expect(state.lost(1, at: 20) == .connectLater && state.connections == 0)
    #expect(state.reopen(at: 30) && state.connections == 1)
    #expect(state.failedToConnect(at: 31) == (31, .connectLater))
    #expect(state.reopen(at: 40) && state.connections == 1)
    #expect(state.lost(2, at: 50, wasExpected: true) == .connect && state.connections == 1)
    #expect(state.lost(3, at: 100) == .none && !state.reopen(at: 100))
    #expect(state.isOver(at: 100))
  }

  // MARK: open loop

  /// 1,000 a second.
  private func open(until end: UInt64) -> LoadState {
    LoadState(.open(rate: 1000, .uniform), begin: 0, end: end, seed: 1)
  }

  @Test func arrivalsOpenConnectionsAndUseIdleOnes() {
    var state = open(until: 10 * ms)
    #expect(state.open() == 0 && state.nextArrival == ms && state.arrive(at: ms - 1) == nil)
    #expect(state.arrive(at: ms) == .connect && state.arrive(at: ms) == nil && state.waiting == 1)
    // The connection took half a millisecond, which counts.
    #expect(state.take(for: 1, at: ms + 500_000) == ms && state.waiting == 0)
    state.finished()
    #expect(state.take(for: 1, at: 2 * ms - 1) == nil)
    #expect(state.arrive(at: 2 * ms) == .send(connection: 1))
    #expect(state.take(for: 1, at: 2 * ms) == 2 * ms)
    #expect(state.connections == 1)
  }

  /// Whatever the server does, latency counts from when a request was due.
  @Test func whatWaitsKeepsItsTime() {
    var state = open(until: 1000 * ms)
    var connections = 0
    while let step = state.arrive(at: 600 * ms) {
      if step == .connect { connections += 1 } else { #expect(step == .wait) }
    }
    #expect(connections == LoadPacing.maximumConnections && state.waiting == 600)
    // More wait than connections are being opened.
    #expect(state.failedToConnect(at: 600 * ms) == (ms, .connect) && state.connections == connections)
    for number in 2...UInt64(600) { #expect(state.take(for: 1, at: 700 * ms) == number * ms) }
    #expect(state.take(for: 1, at: 700 * ms) == nil && state.waiting == 0 && state.inFlight == 599)
  }

  @Test func noArrivalsAfterTheEnd() {
    var state = open(until: 3 * ms)
    #expect(state.arrive(at: 9 * ms) == .connect && state.arrive(at: 9 * ms) == .connect)
    #expect(state.arrive(at: 9 * ms) == nil && state.nextArrival == nil && !state.isOver(at: 9 * ms))
    #expect(state.takeUnsent() == ms && state.takeUnsent() == 2 * ms && state.takeUnsent() == nil)
    #expect(state.isOver(at: 9 * ms))
  }

  /// Each fails one request, the oldest.
  @Test func refusedConnections() {
    var state = open(until: 10 * ms)
    while state.arrive(at: 3 * ms) != nil {}
    #expect(state.connections == 3 && state.waiting == 3)
    for number in 1...UInt64(3) { #expect(state.failedToConnect(at: 3 * ms) == (number * ms, .none)) }
    #expect(state.waiting == 0 && state.inFlight == 0 && state.connections == 0)
  }

  @Test func lostConnections() {
    var state = open(until: 10 * ms)
    _ = state.arrive(at: ms)
    #expect(state.take(for: 1, at: ms) == ms)
    state.finished()
    #expect(state.lost(1, at: ms) == .none && state.connections == 0)
    _ = state.arrive(at: 2 * ms)
    _ = state.take(for: 2, at: 2 * ms)
    _ = state.arrive(at: 3 * ms)
    state.finished()
    // One waits, but a connection is being opened for it.
    #expect(state.lost(2, at: 3 * ms) == .none && state.connections == 1)
    // An idle connection that has gone is not used.
    #expect(state.take(for: 3, at: 3 * ms) == 3 * ms)
    state.finished()
    #expect(state.take(for: 3, at: 3 * ms) == nil && state.lost(3, at: 3 * ms) == .none)
    #expect(state.arrive(at: 4 * ms) == .connect)
  }

  @Test func stopped() {
    var state = open(until: 10 * ms)
    state.stop(at: 2 * ms)
    #expect(state.arrive(at: 5 * ms) == nil && state.isOver(at: 2 * ms))
  }
}
