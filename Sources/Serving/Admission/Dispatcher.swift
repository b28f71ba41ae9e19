import Basics
import Dataflow
import Dispatch

/// Shares the machine's time among the requests of all pipelines: `DispatchState` inside a lock.
///
/// Requests wait here compressed, as they came; a pipeline's runtime gets as many as its workers have places
/// for, so that an image is decoded just before its place in a batch is free. No slow work and no reentrant
/// call happens under the lock.
public final class Dispatcher: Sendable {
  private struct State {
    var machine = DispatchState()
    /// Waiting requests, by the number of their entry.
    var tickets: [UInt64: Ticket] = [:]
    /// The waiter for the end of each closed lane.
    var closing: [Int: @Sendable () -> Void] = [:]
  }

  private let state = Locked(State())
  let time: any TimeSource
  /// Fires when a waiting request may have expired.
  private let alarm: any Alarm

  public convenience init() { self.init(time: MonotonicTime()) { SystemAlarm($0) } }

  /// - Parameter makeAlarm: receives the closure to call on firing; on the same clock.
  init(time: any TimeSource, alarm makeAlarm: (@escaping @Sendable () -> Void) -> any Alarm) {
    self.time = time
    let ring = Locked<@Sendable () -> Void>({})
    alarm = makeAlarm { ring.withLock { $0 }() }
    ring.withLock { $0 = { [weak self] in self?.proceed() } }
  }

  /// Opens a lane for a pipeline.
  func open(weight: Double, slots: Int, concurrency: Int) -> Lane {
    Lane(
      self, id: state.withLock { $0.machine.addLane(weight: weight, slots: slots, concurrency: concurrency) })
  }

  /// The line of one pipeline's requests.
  final class Lane: Sendable {
    private let dispatcher: Dispatcher
    fileprivate let id: Int

    fileprivate init(_ dispatcher: Dispatcher, id: Int) {
      self.dispatcher = dispatcher
      self.id = id
    }

    /// Accepts a request and starts it when its turn comes, maybe at once.
    ///
    /// - Parameters:
    ///   - turns: nanoseconds of work of the request's images before this one.
    ///   - start: passes it to the runtime, with its arrival time; called on any thread, must not wait.
    ///   - completion: called once, with the runtime's result, `AdmissionError.expired` or
    ///     `CancellationError`.
    /// - Throws: `AdmissionError`; `RuntimeError.closed`.
    func submit(
      _ size: RequestSize, _ terms: RequestOptions, behind turns: Nanoseconds = 0,
      start: @escaping Ticket.Start, completion: @escaping @Sendable (ItemResult) -> Void
    ) throws -> Ticket {
      try dispatcher.submit(self, size, terms, behind: turns, start: start, completion: completion)
    }

    /// Announces a request that begins to arrive.
    ///
    /// - Parameter size: as announced.
    /// - Returns: an object to keep until the request is here.
    /// - Throws: the reason for a refusal.
    func expect(_ size: RequestSize, _ terms: RequestOptions) throws(AdmissionError) -> Expectation {
      let now = dispatcher.time.now
      let work = dispatcher.state.withLock {
        $0.machine.expect(to: id, size, priority: terms.priority, timeout: terms.timeout, now: now)
      }
      return Expectation(of: try work.get(), since: now, self)
    }

    /// A request that arrives, until the last reference goes.
    final class Expectation: Sendable {
      private let work: Nanoseconds
      private let start: Nanoseconds
      private let lane: Lane

      fileprivate init(of work: Nanoseconds, since start: Nanoseconds, _ lane: Lane) {
        self.work = work
        self.start = start
        self.lane = lane
      }

      deinit {
        let now = lane.dispatcher.time.now
        lane.dispatcher.state.withLock { $0.machine.arrived(at: lane.id, work: work, since: start, now: now) }
      }
    }

    /// The number of waiting requests.
    var waiting: Int { dispatcher.state.withLock { $0.machine.lanes[id]?.line.count ?? 0 } }

    /// Accepts nothing more, and waits for the end of all accepted requests. A worker must not call it.
    func closeAndWait() {
      let isEmpty = DispatchSemaphore(value: 0)
      dispatcher.close(self) { isEmpty.signal() }
      isEmpty.wait()
    }
  }

  private func submit(
    _ lane: Lane, _ size: RequestSize, _ terms: RequestOptions, behind turns: Nanoseconds,
    start: @escaping Ticket.Start, completion: @escaping @Sendable (ItemResult) -> Void
  ) throws -> Ticket {
    let now = time.now
    let result = state.withLock { state -> Result<Ticket, any Error> in
      state.machine.submit(
        to: lane.id, size, priority: terms.priority, timeout: terms.timeout, behind: turns, now: now
      ).map { request in
        let ticket = Ticket(request, size, of: self, start: start, completion: completion)
        state.tickets[request.entry.id] = ticket
        return ticket
      }
    }
    let ticket = try result.get()
    proceed()
    return ticket
  }

  /// Performs the state's actions.
  private func proceed() {
    defer { tellOfClosedLanes() }
    while true {
      let now = time.now
      let step = state.withLock { state -> Step in
        guard let action = state.machine.next(now) else { return .wait(until: state.machine.nextDeadline) }
        return .act(action, state.tickets.removeValue(forKey: action.request.entry.id))
      }
      let (action, ticket): (DispatchState.Action, Ticket?)
      switch step {
      case .act(let next, let owner): (action, ticket) = (next, owner)
      case .wait(let deadline):
        if let deadline { alarm.set(at: deadline) }
        return
      }
      switch action {
      case .start(let request):
        guard let ticket, let error = ticket.begin() else { continue }
        state.withLock {
          $0.machine.finish(request, RequestSize(bytes: 0), duration: nil, now: now)
        }
        ticket.answer(error, at: now)
      case .expire(let request):
        ticket?.answer(AdmissionError.expired(waited: now - request.entry.arrival), at: now)
      }
    }
  }

  private enum Step {
    case act(DispatchState.Action, Ticket?)
    case wait(until: Nanoseconds?)
  }

  private func tellOfClosedLanes() {
    let over = state.withLock { state in
      let over = state.closing.filter { state.machine.lanes[$0.key] == nil }
      for id in over.keys { state.closing[id] = nil }
      return over.values
    }
    for tell in over { tell() }
  }

  /// Ends the service of a request.
  func finished(_ request: DispatchState.Request, _ size: RequestSize, after duration: Nanoseconds?) {
    let now = time.now
    state.withLock { $0.machine.finish(request, size, duration: duration, now: now) }
    proceed()
  }

  private func close(_ lane: Lane, whenOver: @escaping @Sendable () -> Void) {
    state.withLock { state in
      state.machine.closeLane(lane.id)
      state.closing[lane.id] = whenOver
    }
    proceed()
  }

  /// - Returns: whether the request was waiting, and is now removed.
  func cancel(_ request: DispatchState.Request) -> Bool {
    state.withLock { state in
      guard state.machine.cancel(request) else { return false }
      state.tickets[request.entry.id] = nil
      return true
    }
  }
}
