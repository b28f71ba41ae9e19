import Dataflow

/// Which request is worked on next, of several pipelines that share a machine: a pure state machine, without locks,
/// threads or a clock.
///
/// Each pipeline has a lane: a line of those that wait, and slots for those that are worked on. All lanes together have no
/// more slots than the widest of them, so that pipelines take turns and do not crowd each other. Whose turn it is follows
/// start-time fair queueing (Goyal, Vin and Cheng 1996): every lane has a virtual time that advances by the work it gets
/// divided by its weight, and the one that is furthest behind comes next.
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
    fileprivate var workArriving: Nanoseconds = 0
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

  /// Takes a request in, or not. Afterwards `next` says what to do.
  mutating func submit(
    to id: Int, bytes: Int, priority: Int, timeout: Nanoseconds?, now: Nanoseconds
  ) -> Result<Request, any Error> {
    guard let lane = lanes[id], !lane.isClosed else { return .failure(RuntimeError.closed) }
    lastID += 1
    let entry = lane.entry(lastID, bytes: bytes, priority: priority, timeout: timeout, now: now)
    if let refusal = refusal(of: entry, bytes, in: lane, id, timeout) { return .failure(refusal) }
    lanes[id]?.insert(entry, virtualTime: virtualTime)
    return .success(Request(lane: id, entry: entry))
  }

  /// A request begins to arrive. What arrives is counted, up to half of the request's time, so that a crowd of uploads isn't let
  /// in of which most would be refused at their end; and not more, so that slow ones keep nobody out.
  ///
  /// - Returns: its work, to be given to `arrived`; or why it would not be taken in, if it were here.
  mutating func expect(
    to id: Int, bytes: Int, priority: Int, timeout: Nanoseconds?, now: Nanoseconds
  ) -> Result<Nanoseconds, AdmissionError> {
    guard let lane = lanes[id] else { return .success(0) }
    let entry = lane.entry(.max, bytes: bytes, priority: priority, timeout: timeout, now: now)
    let half = Double(timeout ?? .max) / 2 * speed(of: id)
    let arriving = min(lane.workArriving, Nanoseconds(min(half, 1e18)))
    if let refusal = refusal(of: entry, bytes, in: lane, id, timeout, arriving: arriving) {
      return .failure(refusal)
    }
    lanes[id]?.workArriving += entry.cost
    return .success(entry.cost)
  }

  /// A request that began to arrive is here, or never will be.
  mutating func arrived(at id: Int, work: Nanoseconds) { lanes[id]?.workArriving -= work }

  private func refusal(
    of entry: WaitingLine.Entry, _ bytes: Int, in lane: Lane, _ id: Int,
    _ timeout: Nanoseconds?, arriving: Nanoseconds = 0
  ) -> AdmissionError? {
    let isFree = lane.line.isEmpty && lane.inService < lane.slots
    return AdmissionPolicy.refusal(
      AdmissionPolicy.Snapshot(
        inFlight: lane.line.count + lane.inService, concurrency: lane.concurrency,
        workAhead: arriving + (isFree ? 0 : lane.line.work(before: entry) + lane.workInService / 2),
        cost: entry.cost, leastCost: lane.times.least(bytes: bytes), speed: speed(of: id),
        timeout: timeout ?? .max))
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
  mutating func finish(_ request: Request, bytes: Int, duration: Nanoseconds?) {
    inService -= 1
    lanes[request.lane]?.end(request.entry)
    if let duration { lanes[request.lane]?.times.record(bytes: bytes, duration: duration) }
    removeIfOver(request.lane)
  }

  /// - Returns: whether it still waited, and doesn't any more.
  mutating func cancel(_ request: Request) -> Bool {
    defer { removeIfOver(request.lane) }
    return lanes[request.lane]?.line.remove(request.entry) ?? false
  }

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
    _ id: UInt64, bytes: Int, priority: Int, timeout: Nanoseconds?, now: Nanoseconds
  ) -> WaitingLine.Entry {
    let deadline = timeout.map { now.addingReportingOverflow($0) }
    return WaitingLine.Entry(
      id: id, priority: priority, arrival: now,
      deadline: deadline.map { $0.overflow ? .max : $0.partialValue } ?? .max,
      cost: times.estimate(bytes: bytes))
  }

  /// - Parameter virtualTime: of the lane that was served last: who has had nothing to do gains nothing by that.
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
