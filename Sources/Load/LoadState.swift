import Basics

/// Which connection sends when: a pure state machine, told of the time and of what becomes of connections.
///
/// In a closed loop every connection sends whenever it can. In an open one requests arrive by a schedule; one that finds no
/// connection free opens another, up to a bound, or waits. What waits is no queue that could grow: a second copy of the
/// schedule runs behind the first, and gives again the times of those that have arrived but are not sent.
struct LoadState: Sendable {
  /// What an arrival leads to.
  enum Step: Equatable {
    case send(connection: Int)
    case connect
    case wait
  }

  /// What is done with the place of a connection that has gone.
  enum Replacement: Equatable {
    case none
    /// Another one, at once.
    case connect
    /// Another one, a while later: the server may be about to come back.
    case connectLater
  }

  /// Nothing begins from then on.
  private(set) var end: Nanoseconds
  private let maximum: Int
  /// Where arrivals have got to, and where sending has; `nil` in a closed loop.
  private var schedules: (arriving: ArrivalSchedule, leaving: ArrivalSchedule)?
  /// The next one; `nil` in a closed loop, and when there are no more.
  private(set) var nextArrival: Nanoseconds?
  /// Requests that have arrived and are not sent.
  private(set) var waiting = 0
  /// Requests without an answer.
  private(set) var inFlight = 0
  /// Open, or being opened.
  private(set) var connections = 0
  private var idle: [Int] = []

  init(_ pacing: LoadPacing, begin: Nanoseconds, end: Nanoseconds, seed: UInt64) {
    self.end = end
    switch pacing {
    case .closed(let connections): maximum = connections
    case .open(let rate, let spacing):
      maximum = LoadPacing.maximumConnections
      let schedule = ArrivalSchedule(rate: rate, spacing, seed: seed, begin: begin)
      schedules = (schedule, schedule)
      advance()
    }
  }

  /// How many connections are to be opened at the beginning.
  mutating func open() -> Int {
    guard schedules == nil else { return 0 }
    connections = maximum
    return maximum
  }

  /// One request that has arrived; `nil` if none has. A request that is to be sent is then taken by `take`.
  mutating func arrive(at now: Nanoseconds) -> Step? {
    guard let time = nextArrival, time <= now else { return nil }
    advance()
    waiting += 1
    if let connection = idle.popLast() { return .send(connection: connection) }
    guard connections < maximum else { return .wait }
    connections += 1
    return .connect
  }

  /// A request for a connection that can send one: since when its latency counts. `nil` if there is none; the connection is
  /// then idle, or of no more use.
  mutating func take(for connection: Int, at now: Nanoseconds) -> Nanoseconds? {
    guard let since = schedules == nil ? begin(at: now) : takeUnsent() else {
      idle.append(connection)
      return nil
    }
    inFlight += 1
    return since
  }

  /// A request is over, well or badly.
  mutating func finished() { inFlight -= 1 }

  /// A connection has gone.
  mutating func lost(_ connection: Int, at now: Nanoseconds, wasExpected: Bool = false) -> Replacement {
    idle.removeAll { $0 == connection }
    connections -= 1
    return replace(at: now, atOnce: wasExpected || schedules != nil)
  }

  /// A connection could not be opened, which fails the request that it was opened for: since when that counts. `nil` if there
  /// was none.
  mutating func failedToConnect(at now: Nanoseconds) -> (since: Nanoseconds?, Replacement) {
    connections -= 1
    let since = schedules == nil ? begin(at: now) : takeUnsent()
    return (since, replace(at: now, atOnce: schedules != nil))
  }

  /// A place that was to be filled later is.
  mutating func reopen(at now: Nanoseconds) -> Bool {
    guard now < end else { return false }
    connections += 1
    return true
  }

  /// No more requests from now on, whatever was planned.
  mutating func stop(at now: Nanoseconds) {
    end = min(end, now)
    nextArrival = nil
  }

  /// Whether every request that began is over.
  func isOver(at now: Nanoseconds) -> Bool {
    now >= end && nextArrival == nil && waiting == 0 && inFlight == 0
  }

  /// When the first request arrived that is not sent yet; it no longer waits. `nil` if none does.
  mutating func takeUnsent() -> Nanoseconds? {
    guard waiting > 0 else { return nil }
    waiting -= 1
    return schedules?.leaving.next()
  }

  /// In a closed loop a request begins when it can be sent.
  private func begin(at now: Nanoseconds) -> Nanoseconds? { now < end ? now : nil }

  private mutating func replace(at now: Nanoseconds, atOnce: Bool) -> Replacement {
    // In an open loop, for what waits and has no connection that is being opened.
    let opening = connections - inFlight - idle.count
    guard schedules == nil ? now < end : waiting > opening else { return .none }
    guard atOnce else { return .connectLater }
    connections += 1
    return .connect
  }

  private mutating func advance() {
    nextArrival = schedules?.arriving.next().flatMap { $0 < end ? $0 : nil }
  }
}
