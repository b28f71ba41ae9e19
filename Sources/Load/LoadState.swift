import Basics

/// The order in which connections send: a pure state machine, whose inputs are the time and the connections'
/// events.
///
/// In a closed loop every connection sends whenever it can. In an open one requests arrive by a schedule; one
/// that finds no connection free opens another, up to a bound, or waits. The waiting ones need no queue,
/// which could grow: a second copy of the schedule runs behind the first, and repeats the times of requests
/// that have arrived but are not sent.
struct LoadState: Sendable {
  /// The consequence of an arrival.
  enum Step: Equatable {
    case send(connection: Int)
    case connect
    case wait
  }

  /// The replacement of a connection that has gone.
  enum Replacement: Equatable {
    case none
    /// Another connection, at once.
    case connect
    /// Another connection, a while later: the server may be about to come back.
    case connectLater
  }

  /// The time from which nothing begins.
  private(set) var end: Nanoseconds
  private let maximum: Int
  /// The schedules of arrival and of sending; `nil` in a closed loop.
  private var schedules: (arriving: ArrivalSchedule, leaving: ArrivalSchedule)?
  /// The next arrival; `nil` in a closed loop, and at the end.
  private(set) var nextArrival: Nanoseconds?
  /// Requests that have arrived and are not sent.
  private(set) var waiting = 0
  /// Requests without a response.
  private(set) var inFlight = 0
  /// Connections that are open, or being opened.
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

  /// Returns the number of connections to open at the beginning.
  mutating func open() -> Int {
    guard schedules == nil else { return 0 }
    connections = maximum
    return maximum
  }

  /// Takes one request that has arrived; `nil` if none has. A request to be sent is then taken by `take`.
  mutating func arrive(at now: Nanoseconds) -> Step? {
    guard let time = nextArrival, time <= now else { return nil }
    advance()
    waiting += 1
    if let connection = idle.popLast() { return .send(connection: connection) }
    guard connections < maximum else { return .wait }
    connections += 1
    return .connect
  }

  /// Takes a request for a connection that can send one, and returns the start of its latency; `nil` if there
  /// is none, and the connection is then idle, or of no more use.
  mutating func take(for connection: Int, at now: Nanoseconds) -> Nanoseconds? {
    guard let since = schedules == nil ? begin(at: now) : takeUnsent() else {
      idle.append(connection)
      return nil
    }
    inFlight += 1
    return since
  }

  /// Ends a request, successful or not.
  mutating func finished() { inFlight -= 1 }

  /// Notes that a connection has gone.
  mutating func lost(_ connection: Int, at now: Nanoseconds, wasExpected: Bool = false) -> Replacement {
    idle.removeAll { $0 == connection }
    connections -= 1
    return replace(at: now, atOnce: wasExpected || schedules != nil)
  }

  /// Notes that a connection could not be opened, and returns the start of the request that fails with it;
  /// `nil` if there was none.
  mutating func failedToConnect(at now: Nanoseconds) -> (since: Nanoseconds?, Replacement) {
    connections -= 1
    let since = schedules == nil ? begin(at: now) : takeUnsent()
    return (since, replace(at: now, atOnce: schedules != nil))
  }

  /// Decides whether a place that was to be filled later is filled now.
  mutating func reopen(at now: Nanoseconds) -> Bool {
    guard now < end else { return false }
    connections += 1
    return true
  }

  /// Begins no more requests, whatever was planned.
  mutating func stop(at now: Nanoseconds) {
    end = min(end, now)
    nextArrival = nil
  }

  /// Whether every request that began has ended.
  func isOver(at now: Nanoseconds) -> Bool {
    now >= end && nextArrival == nil && waiting == 0 && inFlight == 0
  }

  /// Takes a request that is not sent yet, and returns its arrival; `nil` if there is none.
  mutating func takeUnsent() -> Nanoseconds? {
    guard waiting > 0 else { return nil }
    waiting -= 1
    return schedules?.leaving.next()
  }

  /// In a closed loop a request begins when it can be sent.
  private func begin(at now: Nanoseconds) -> Nanoseconds? { now < end ? now : nil }

  private mutating func replace(at now: Nanoseconds, atOnce: Bool) -> Replacement {
    // In an open loop, for a waiting request without a connection that is being opened.
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
