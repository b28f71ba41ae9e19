import Basics
import NIOCore
import NIOPosix

/// Runs a load: the connections and timers around `LoadState`.
///
/// Used by the event loop's thread alone.
final class LoadDriver {
  /// The time after which a request without a response has failed.
  static let patience: Nanoseconds = 30_000_000_000
  /// The pause before a server that refuses connections is tried again.
  private static let pause = TimeAmount.milliseconds(100)
  private static let tick = TimeAmount.milliseconds(100)

  private let loop: any EventLoop
  private let target: LoadTarget
  private let address: SocketAddress
  private let requests: [(head: ByteBuffer, body: ByteBuffer)]
  private let isInterrupted: @Sendable () -> Bool
  private let observe: @Sendable (LoadProgress) -> Void
  private let completion: (Result) -> Void
  private let time = MonotonicTime()
  private let begin: Nanoseconds
  private let processorTime = ProcessorTime()
  private var state: LoadState
  private var mix: ImageMix
  private var tally: LoadTally
  private var connections: [Int: LoadConnection] = [:]
  private var latestConnection = 0
  /// All requests that have ended, including the warm-up's.
  private var finished = 0
  private var shown: (finished: Int, at: Nanoseconds)
  private var isComplete = false
  private var wasInterrupted = false

  struct Result: Sendable {
    let tally: LoadTally
    /// This process's time for each request; `nil` without any.
    let processorSeconds: Double?
    let wasInterrupted: Bool
  }

  init(
    _ configuration: LoadGenerator.Configuration, to target: LoadTarget, at address: SocketAddress,
    on loop: any EventLoop, isInterrupted: @escaping @Sendable () -> Bool,
    observe: @escaping @Sendable (LoadProgress) -> Void, completion: @escaping (Result) -> Void
  ) {
    self.loop = loop
    self.target = target
    self.address = address
    self.isInterrupted = isInterrupted
    self.observe = observe
    self.completion = completion
    requests = configuration.bodies.map { (ByteBuffer(target.head(of: $0)), $0.body) }
    mix = configuration.mix
    begin = time.now
    shown = (0, begin)
    let measured = begin + Nanoseconds(saturating: configuration.warmUpSeconds * 1e9)
    let end = measured + Nanoseconds(saturating: configuration.seconds * 1e9)
    state = LoadState(configuration.pacing, begin: begin, end: end, seed: configuration.seed)
    tally = LoadTally(window: measured..<end)
  }

  func start() {
    for _ in 0..<state.open() { connect() }
    awaitArrival()
    awaitTick()
  }

  /// Gives a request to an open connection that has none.
  func canSend(_ connection: LoadConnection) {
    let now = time.now
    guard !isComplete, let since = state.take(for: connection.id, at: now) else { return }
    let (head, body) = requests[mix.next()]
    connection.send(head, body, LoadConnection.Request(since: since, sent: now))
  }

  func finished(_ request: LoadConnection.Request, _ outcome: LoadTally.Outcome) {
    guard !isComplete else { return }
    state.finished()
    record(outcome, since: request.since)
  }

  func lost(_ connection: LoadConnection, wasExpected: Bool) {
    guard connections.removeValue(forKey: connection.id) != nil, !isComplete else { return }
    replace(state.lost(connection.id, at: time.now, wasExpected: wasExpected))
  }

  private func failedToConnect(_ connection: LoadConnection) {
    guard connections.removeValue(forKey: connection.id) != nil, !isComplete else { return }
    let (since, replacement) = state.failedToConnect(at: time.now)
    if let since { record(.failed(.connection), since: since) }
    replace(replacement)
  }

  private func record(_ outcome: LoadTally.Outcome, since: Nanoseconds) {
    finished += 1
    tally.record(outcome, since: since, now: time.now)
  }

  private func replace(_ replacement: LoadState.Replacement) {
    switch replacement {
    case .none: break
    case .connect: connect()
    case .connectLater:
      loop.assumeIsolated().scheduleTask(in: Self.pause) { [self] in
        if !isComplete, state.reopen(at: time.now) { connect() }
      }
    }
  }

  private func connect() {
    latestConnection += 1
    let connection = LoadConnection(latestConnection, driver: self)
    connections[connection.id] = connection
    let bound = NIOLoopBound(connection, eventLoop: loop)
    ClientBootstrap(group: loop).connectTimeout(.seconds(5))
      // A response mostly comes in one piece: looking for more gains nothing.
      .channelOption(.maxMessagesPerRead, value: 1)
      .channelInitializer { [target] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers(target.makeSecurityHandlers())
          try channel.pipeline.syncOperations.addHandler(bound.value)
        }
      }
      .connect(to: address).assumeIsolated().whenFailure { [self] _ in failedToConnect(connection) }
  }

  private func awaitArrival() {
    guard let next = state.nextArrival else { return }
    loop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(next)) { [self] in
      let now = time.now
      while !isComplete, let step = state.arrive(at: now) {
        switch step {
        case .send(let id): if let connection = connections[id] { canSend(connection) }
        case .connect: connect()
        case .wait: break
        }
      }
      if !isComplete { awaitArrival() }
    }
  }

  private func awaitTick() {
    loop.assumeIsolated().scheduleTask(in: Self.tick) { [self] in
      let now = time.now
      if isInterrupted() {
        wasInterrupted = true
        state.stop(at: now)
        tally.cut(at: now)
        return complete()
      }
      for connection in connections.values {
        if let request = connection.request, now - request.sent > Self.patience { connection.giveUp() }
      }
      if now - shown.at >= 1_000_000_000 { show(now) }
      if state.isOver(at: now) || now > state.end + Self.patience { complete() } else { awaitTick() }
    }
  }

  private func show(_ now: Nanoseconds) {
    observe(
      LoadProgress(
        seconds: Double(now - begin) / 1e9, totalSeconds: Double(state.end - begin) / 1e9,
        throughput: Double(finished - shown.finished) / (Double(now - shown.at) / 1e9),
        unanswered: state.inFlight + state.waiting))
    shown = (finished, now)
  }

  private func complete() {
    isComplete = true
    if !wasInterrupted {
      let now = time.now
      for request in connections.values.compactMap(\.request) {
        tally.record(.failed(.timeout), since: request.since, now: now)
      }
      while let since = state.takeUnsent() { tally.record(.failed(.timeout), since: since, now: now) }
    }
    for connection in connections.values { connection.close() }
    completion(
      Result(
        tally: tally,
        processorSeconds: finished > 0 ? processorTime.seconds / Double(finished) : nil,
        wasInterrupted: wasInterrupted))
  }
}
