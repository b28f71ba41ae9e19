import Basics
import Dataflow

/// Which request is worked on next, of several pipelines that share a machine: a pure state machine, without
/// locks, threads or a clock.
///
/// Each pipeline has a lane: a line of those that wait, and slots for those that are worked on. All lanes
/// together have no more slots than the widest of them, so that pipelines take turns and do not crowd each
/// other. Whose turn it is follows start-time fair queueing (Goyal, Vin and Cheng 1996): every lane has a
/// virtual time that advances by the work it gets divided by its weight, and the one that is furthest behind
/// comes next.
struct DispatchState: Sendable {
  struct Lane: Sendable {
    let weight: Double
    /// Requests that can be worked on at once.
    let slots: Int
    /// Requests that may wait or be worked on.
    let concurrency: Int
    var line = WaitingLine()
    var times = ServiceTimes()
    var inService = 0
    /// The work of those in service.
    var workInService: Nanoseconds = 0
    /// The work of those that begin to arrive.
    fileprivate var arriving = ArrivingWork()
    fileprivate var virtualTime = 0.0
    fileprivate var isClosed = false
  }

  struct Request: Sendable {
    let lane: Int
    let entry: WaitingLine.Entry
  }

  enum Action: Sendable {
    case start(Request)
    case expire(Request)

    var request: Request {
      switch self {
      case .start(let request), .expire(let request): request
      }
    }
  }

  private static let longestTurns: Nanoseconds = 3_600_000_000_000

  private(set) var lanes: [Int: Lane] = [:]
  private var inService = 0
  private var lastLane = 0
  private var lastID: UInt64 = 0
  /// The virtual time of the lane that was served last.
  private var virtualTime = 0.0

  /// - Returns: what the lane is called from now on.
  mutating func addLane(weight: Double, slots: Int, concurrency: Int) -> Int {
    lastLane += 1
    lanes[lastLane] = Lane(weight: weight, slots: slots, concurrency: concurrency)
    return lastLane
  }

  /// It takes nothing in any more, and ends with what it has.
  mutating func closeLane(_ id: Int) {
    lanes[id]?.isClosed = true
    removeIfOver(id)
  }

  private mutating func removeIfOver(_ id: Int) {
    if let lane = lanes[id], lane.isClosed, lane.inService == 0, lane.line.isEmpty { lanes[id] = nil }
  }

  /// Takes a request, or one image of it, in, or not. Afterwards `next` says what to do.
  ///
  /// - Parameter turns: nanoseconds of work that its own images before it are.
  mutating func submit(
    to id: Int, _ size: RequestSize, priority: Int, timeout: Nanoseconds?, behind turns: Nanoseconds = 0,
    now: Nanoseconds
  ) -> Result<Request, any Error> {
    guard let lane = lanes[id], !lane.isClosed else { return .failure(RuntimeError.closed) }
    lastID += 1
    var entry = lane.entry(
      lastID, cost: lane.times.estimate(size, at: now), priority: priority, timeout: timeout, now: now)
    entry.behind = min(turns, Self.longestTurns) / Nanoseconds(max(lane.slots, 1))
    // Who is refused by an estimate that nobody renews would be refused for ever.
    let wantsSample = lane.times.wantsSample(size, at: now)
    if let refusal = refusal(of: entry, in: lane, id, timeout, judged: wantsSample ? 0 : entry.cost) {
      return .failure(refusal)
    }
    if wantsSample { lanes[id]?.times.awaitSample(size, at: now) }
    lanes[id]?.insert(entry, virtualTime: virtualTime)
    return .success(Request(lane: id, entry: entry))
  }

  /// A request begins to arrive. It is judged by what comes before it alone, since what it takes itself is
  /// told by its header.
  ///
  /// What arrives is counted, as the least that such requests have taken and up to half of the request's
  /// time, so that a crowd of uploads isn't let in of which most would be refused at their end; and not more,
  /// so that they keep nobody out.
  ///
  /// - Parameter size: as announced.
  /// - Returns: its work, to be given to `arrived`; or why it would not be taken in, if it were here.
  mutating func expect(
    to id: Int, _ size: RequestSize, priority: Int, timeout: Nanoseconds?, now: Nanoseconds
  ) -> Result<Nanoseconds, AdmissionError> {
    guard let lane = lanes[id] else { return .success(0) }
    let work = lane.times.least(size, at: now)
    let entry = lane.entry(.max, cost: work, priority: priority, timeout: timeout, now: now)
    let half = Double(timeout ?? .max) / 2 * speed(of: id)
    let arriving = min(lane.arriving.amount(at: now), Nanoseconds(saturating: min(half, 1e18)))
    if let refusal = refusal(of: entry, in: lane, id, timeout, judged: 0, arriving: arriving) {
      return .failure(refusal)
    }
    lanes[id]?.arriving.add(work, at: now)
    return .success(work)
  }

  /// A request that began to arrive at a time is here, or never will be.
  mutating func arrived(at id: Int, work: Nanoseconds, since start: Nanoseconds, now: Nanoseconds) {
    lanes[id]?.arriving.remove(work, addedAt: start, at: now)
  }

  /// - Parameter cost: what is taken for the request's own.
  private func refusal(
    of entry: WaitingLine.Entry, in lane: Lane, _ id: Int, _ timeout: Nanoseconds?,
    judged cost: Nanoseconds, arriving: Nanoseconds = 0
  ) -> AdmissionError? {
    let isFree = lane.line.isEmpty && lane.inService < lane.slots
    return AdmissionPolicy.refusal(
      AdmissionPolicy.Snapshot(
        inFlight: lane.line.count + lane.inService, concurrency: lane.concurrency,
        workAhead: arriving + (isFree ? 0 : lane.line.work(before: entry) + lane.workInService / 2),
        cost: cost, speed: speed(of: id), timeout: timeout ?? .max))
  }

  /// What is to be done now; `nil` when nothing is. To be asked until then.
  mutating func next(_ now: Nanoseconds) -> Action? {
    if let request = pendingExpiry(now) { return .expire(request) }
    guard inService < permits else { return nil }
    var turn: (virtualTime: Double, id: Int)?
    for (id, lane) in lanes where !lane.line.isEmpty && lane.inService < lane.slots {
      if turn.map({ (lane.virtualTime, id) < $0 }) ?? true { turn = (lane.virtualTime, id) }
    }
    guard let turn, let entry = lanes[turn.id]?.begin() else { return nil }
    inService += 1
    virtualTime = turn.virtualTime
    return .start(Request(lane: turn.id, entry: entry))
  }

  /// Something that was started is over.
  ///
  /// - Parameter duration: how long it was worked on; `nil` if that says nothing about others.
  mutating func finish(_ request: Request, _ size: RequestSize, duration: Nanoseconds?, now: Nanoseconds) {
    inService -= 1
    lanes[request.lane]?.end(request.entry)
    if let duration { lanes[request.lane]?.times.record(size, duration: duration, at: now) }
    removeIfOver(request.lane)
  }

  /// - Returns: whether it still waited, and doesn't any more.
  mutating func cancel(_ request: Request) -> Bool {
    defer { removeIfOver(request.lane) }
    return lanes[request.lane]?.line.remove(request.entry) ?? false
  }

  /// When `next` is to be asked though nothing else has happened: somebody's time may be over then. `nil` for
  /// never.
  var nextDeadline: Nanoseconds? { lanes.values.lazy.compactMap(\.line.nextDeadline).min() }

  private mutating func pendingExpiry(_ now: Nanoseconds) -> Request? {
    for id in lanes.keys {
      if let entry = lanes[id]?.line.removeLate(now) {
        removeIfOver(id)
        return Request(lane: id, entry: entry)
      }
    }
    return nil
  }

  private var permits: Int { lanes.values.reduce(1) { max($0, $1.slots) } }

  /// How much of its work a lane gets done at once, while others that have work get their share.
  private func speed(of id: Int) -> Double {
    guard let lane = lanes[id] else { return 1 }
    let rivals = lanes.filter { $0.key != id && (!$0.value.line.isEmpty || $0.value.inService > 0) }
    let all = rivals.values.reduce(lane.weight) { $0 + $1.weight }
    return min(Double(lane.slots), Double(permits) * lane.weight / all)
  }
}

extension DispatchState.Lane {
  fileprivate func entry(
    _ id: UInt64, cost: Nanoseconds, priority: Int, timeout: Nanoseconds?, now: Nanoseconds
  ) -> WaitingLine.Entry {
    let deadline = timeout.map { now.addingReportingOverflow($0) }
    return WaitingLine.Entry(
      id: id, priority: priority, arrival: now,
      deadline: deadline.map { $0.overflow ? .max : $0.partialValue } ?? .max,
      cost: cost)
  }

  /// - Parameter virtualTime: of the lane that was served last: who has had nothing to do gains nothing by
  ///   that.
  fileprivate mutating func insert(_ entry: WaitingLine.Entry, virtualTime last: Double) {
    if line.isEmpty { virtualTime = max(virtualTime, last) }
    line.insert(entry)
  }

  fileprivate mutating func begin() -> WaitingLine.Entry? {
    guard let entry = line.removeFirst() else { return nil }
    inService += 1
    workInService += entry.cost
    virtualTime += Double(max(entry.cost, 1)) / weight
    return entry
  }

  fileprivate mutating func end(_ entry: WaitingLine.Entry) {
    inService -= 1
    workInService -= min(workInService, entry.cost)
  }
}
