import Basics
import Dataflow
import Dispatch

/// The machine's time, given to the requests of all pipelines: `DispatchState` inside a lock.
///
/// What waits here are requests as they came, compressed; a pipeline's runtime gets as many as its workers
/// have places for, so that an image is decoded just before its place in a batch is free. Nothing is done
/// while the lock is held that takes time, or that could come back here.
public final class Dispatcher: Sendable {
  private struct State {
    var machine = DispatchState()
    /// Those that wait, by the number of their entry.
    var tickets: [UInt64: Ticket] = [:]
    /// Who waits for the end of a closed lane.
    var closing: [Int: @Sendable () -> Void] = [:]
  }

  private let state = Locked(State())
  let time: any TimeSource
  /// Rings when the time of one that waits may be over.
  private let alarm: any Alarm

  public convenience init() { self.init(time: MonotonicTime()) { SystemAlarm($0) } }

  /// - Parameter makeAlarm: given what it calls when it rings; by the same clock.
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

  /// Where one pipeline's requests wait.
  final class Lane: Sendable {
    private let dispatcher: Dispatcher
    fileprivate let id: Int

    fileprivate init(_ dispatcher: Dispatcher, id: Int) {
      self.dispatcher = dispatcher
      self.id = id
    }

    /// Takes a request in and starts it when its turn comes, maybe at once.
    ///
    /// - Parameters:
    ///   - turns: nanoseconds of work that its own images before it are.
    ///   - start: hands it to the runtime, which got it at `arrival`; called on any thread, must not wait.
    ///   - completion: called once: with what the runtime says, `AdmissionError.expired` or
    ///     `CancellationError`.
    /// - Throws: `AdmissionError`; `RuntimeError.closed`.
    func submit(
      _ size: RequestSize, _ terms: RequestOptions, behind turns: Nanoseconds = 0,
      start: @escaping Ticket.Start, completion: @escaping @Sendable (ItemResult) -> Void
    ) throws -> Ticket {
      try dispatcher.submit(self, size, terms, behind: turns, start: start, completion: completion)
    }

    /// A request begins to arrive.
    ///
    /// - Parameter size: as announced.
    /// - Returns: what is kept until it is here.
    /// - Throws: why it would not be taken in.
    func expect(_ size: RequestSize, _ terms: RequestOptions) throws(AdmissionError) -> Expectation {
      let now = dispatcher.time.now
      let work = dispatcher.state.withLock {
        $0.machine.expect(to: id, size, priority: terms.priority, timeout: terms.timeout, now: now)
      }
      return Expectation(of: try work.get(), since: now, self)
    }

    /// A request that arrives; until the last reference goes.
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

    /// Requests that wait.
    var waiting: Int { dispatcher.state.withLock { $0.machine.lanes[id]?.line.count ?? 0 } }

    /// Takes nothing in any more, and waits until everything that was taken in is answered. Not to be called
    /// by a worker.
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

  /// Does what is to be done, by the state's word.
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

  /// A request that was started is over.
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

  /// - Returns: whether it still waited, and doesn't any more.
  func cancel(_ request: DispatchState.Request) -> Bool {
    state.withLock { state in
      guard state.machine.cancel(request) else { return false }
      state.tickets[request.entry.id] = nil
      return true
    }
  }
}
