import Basics
import Dataflow

/// The order of service for the requests of several pipelines that share a machine: a pure state machine,
/// without locks, threads or a clock.
///
/// Each pipeline has a lane: a line of waiting requests, and slots for those in service. All lanes together
/// have no more slots than the widest of them, so that pipelines take turns instead of competing. Turns
/// follow start-time fair queueing (Goyal, Vin and Cheng 1996): every lane has a virtual time that advances
/// by its work divided by its weight, and the lane that is furthest behind comes next.
struct DispatchState: Sendable {
  struct Lane: Sendable {
    let weight: Double
    /// The maximum of requests in service.
    let slots: Int
    /// The maximum of requests that are waiting or in service.
    let concurrency: Int
    var line = WaitingLine()
    var times = ServiceTimes()
    var inService = 0
    /// The work of requests in service.
    var workInService: Nanoseconds = 0
    /// The work of requests that begin to arrive.
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

  /// - Returns: the lane's identifier.
  mutating func addLane(weight: Double, slots: Int, concurrency: Int) -> Int {
    lastLane += 1
    lanes[lastLane] = Lane(weight: weight, slots: slots, concurrency: concurrency)
    return lastLane
  }

  /// Accepts nothing more; the lane ends with its last request.
  mutating func closeLane(_ id: Int) {
    lanes[id]?.isClosed = true
    removeIfOver(id)
  }

  private mutating func removeIfOver(_ id: Int) {
    if let lane = lanes[id], lane.isClosed, lane.inService == 0, lane.line.isEmpty { lanes[id] = nil }
  }

  /// Accepts or refuses a request, or one image of it. Afterwards `next` returns the actions.
  ///
  /// - Parameter turns: nanoseconds of work of the request's images before this one.
  mutating func submit(
    to id: Int, _ size: RequestSize, priority: Int, timeout: Nanoseconds?, behind turns: Nanoseconds = 0,
    now: Nanoseconds
  ) -> Result<Request, any Error> {
    guard let lane = lanes[id], !lane.isClosed else { return .failure(RuntimeError.closed) }
    lastID += 1
    var entry = lane.entry(
      lastID, cost: lane.times.estimate(size, at: now), priority: priority, timeout: timeout, now: now)
    entry.behind = min(turns, Self.longestTurns) / Nanoseconds(max(lane.slots, 1))
    // Without new samples, refusals by an outdated estimate would last for ever.
    let wantsSample = lane.times.wantsSample(size, at: now)
    if let refusal = refusal(of: entry, in: lane, id, timeout, judged: wantsSample ? 0 : entry.cost) {
      return .failure(refusal)
    }
    if wantsSample { lanes[id]?.times.awaitSample(size, at: now) }
    lanes[id]?.insert(entry, virtualTime: virtualTime)
    return .success(Request(lane: id, entry: entry))
  }

  /// Accepts or refuses a request that begins to arrive, by the work before it alone: its own cost is known
  /// only from its header.
  ///
  /// Arriving work counts as the least that such requests have taken, up to half of the request's time. So a
  /// crowd of uploads isn't admitted of which most would be refused at their end, and uploads block no
  /// others.
  ///
  /// - Parameter size: as announced.
  /// - Returns: the request's work, for `arrived`; or the reason for a refusal.
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

  /// Ends an arrival that began at `start`: the request is here, or never will be.
  mutating func arrived(at id: Int, work: Nanoseconds, since start: Nanoseconds, now: Nanoseconds) {
    lanes[id]?.arriving.remove(work, addedAt: start, at: now)
  }

  /// - Parameter cost: the assumed cost of the request itself.
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

  /// Returns the next action; `nil` when there is none. Call it until then.
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

  /// Ends the service of a request.
  ///
  /// - Parameter duration: the time in service; `nil` if it says nothing about other requests.
  mutating func finish(_ request: Request, _ size: RequestSize, duration: Nanoseconds?, now: Nanoseconds) {
    inService -= 1
    lanes[request.lane]?.end(request.entry)
    if let duration { lanes[request.lane]?.times.record(size, duration: duration, at: now) }
    removeIfOver(request.lane)
  }

  /// - Returns: whether the request was waiting, and is now removed.
  mutating func cancel(_ request: Request) -> Bool {
    defer { removeIfOver(request.lane) }
    return lanes[request.lane]?.line.remove(request.entry) ?? false
  }

  /// The time to call `next` without another event, since a request may then expire; `nil` for never.
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

  /// The work of a lane that is done at once, while others that have work get their share.
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

  /// - Parameter virtualTime: that of the lane served last: idle time gives no advantage.
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
