import Dataflow
import Planning
import Testing

@testable import Serving

@Suite struct DispatchStateTests {
  /// A machine on which everything takes as long as `cost` says, in virtual time.
  private struct Machine {
    var state = DispatchState()
    var now: UInt64 = 0
    var running: [(request: DispatchState.Request, end: UInt64)] = []
    var started: [DispatchState.Request] = []
    var expired: [DispatchState.Request] = []

    mutating func submit(
      _ lane: Int, bytes: Int = 1, priority: Int = 0, timeout: UInt64? = nil
    ) throws -> DispatchState.Request {
      let request = try state.submit(
        to: lane, RequestSize(bytes: bytes), priority: priority, timeout: timeout, now: now
      ).get()
      proceed(bytes)
      return request
    }

    mutating func proceed(_ duration: Int = 1) {
      while let action = state.next(now) {
        switch action {
        case .start(let request):
          started.append(request)
          running.append((request, now + UInt64(duration)))
        case .expire(let request): expired.append(request)
        }
      }
    }

    /// Until the next end.
    mutating func step(bytes: Int = 1) {
      guard let index = running.indices.min(by: { running[$0].end < running[$1].end }) else { return }
      let (request, end) = running.remove(at: index)
      now = max(now, end)
      state.finish(request, RequestSize(bytes: bytes), duration: UInt64(bytes), now: now)
      proceed(bytes)
    }
  }

  @Test func fillsTheSlotsAndThenWaits() throws {
    var machine = Machine()
    let lane = machine.state.addLane(weight: 1, slots: 2, concurrency: 4)
    let requests = try (0..<4).map { _ in try machine.submit(lane) }
    #expect(machine.started.map(\.entry.id) == requests.prefix(2).map(\.entry.id))
    #expect(throws: AdmissionError.self) { try machine.submit(lane) }
    machine.step()
    #expect(machine.started.count == 3)
    _ = try machine.submit(lane)
  }

  /// The images of one request let others pass that come while it is worked on.
  @Test(arguments: [0, 8]) func imagesOfARequestTakeTurns(known: Int) throws {
    var state = DispatchState()
    let lane = state.addLane(weight: 1, slots: 1, concurrency: 100)
    let size = RequestSize(bytes: 8)
    if known > 0 {
      let first = try state.submit(to: lane, size, priority: 0, timeout: nil, now: 0).get()
      _ = state.next(0)
      state.finish(first, size, duration: 8, now: 8)
    }
    var turns: UInt64 = 0
    let images = try (0..<10).map { _ in
      let request = try state.submit(to: lane, size, priority: 0, timeout: nil, behind: turns, now: 10).get()
      turns += request.entry.turn
      return request.entry.id
    }
    let turn = turns / 10
    let other = try state.submit(
      to: lane, RequestSize(bytes: 1), priority: 0, timeout: nil, now: 10 + 5 * turn / 2
    ).get()
    var order: [UInt64] = []
    while case .start(let request) = state.next(1000) {
      order.append(request.entry.id)
      state.finish(request, size, duration: nil, now: 1000)
    }
    // What it takes itself counts where it is known.
    let ahead = known > 0 ? 2 : 3
    #expect(order == images.prefix(ahead) + [other.entry.id] + images.dropFirst(ahead))
  }

  /// What a head alone is told is what the whole request would be told, but for what it takes itself.
  @Test func saysBeforehandWhatIsRefused() throws {
    var machine = Machine()
    let lane = machine.state.addLane(weight: 1, slots: 1, concurrency: 3)
    func refusal(_ timeout: UInt64?) throws -> AdmissionError? {
      let size = RequestSize(bytes: 8)
      switch machine.state.expect(to: lane, size, priority: 0, timeout: timeout, now: machine.now) {
      case .failure(let refusal): return refusal
      case .success(let work):
        machine.state.arrived(at: lane, work: work, since: machine.now, now: machine.now)
        return nil
      }
    }
    _ = try machine.submit(lane, bytes: 8)
    machine.step(bytes: 8)
    #expect(try refusal(1) == nil)
    for _ in 0..<3 {
      #expect(try refusal(nil) == nil)
      _ = try machine.submit(lane, bytes: 8)
    }
    let said = try #require(try refusal(nil))
    #expect(throws: said) { try machine.submit(lane, bytes: 8) }
    machine.step(bytes: 8)
    #expect(try refusal(nil) == nil)
    // Half of what is worked on, and what waits: (4 + 8) · 1.2.
    #expect(try refusal(13) == .tooLate(expected: 14, timeout: 13))
  }

  /// Uploads count as they come, but however many there are, half of the time is left to who is here.
  @Test func whatArrivesCounts() throws {
    var machine = Machine()
    let lane = machine.state.addLane(weight: 1, slots: 1, concurrency: 1000)
    let size = RequestSize(bytes: 8)
    _ = try machine.submit(lane, bytes: 8)
    machine.step(bytes: 8)
    func expect(_ timeout: UInt64) throws -> UInt64 {
      try machine.state.expect(to: lane, size, priority: 0, timeout: timeout, now: machine.now).get()
    }
    let first = try expect(20)
    #expect(first == 8)
    _ = try machine.submit(lane, bytes: 8)
    // (4 + 4) · 1.2: half of the time, and half of what is worked on.
    #expect(throws: AdmissionError.tooLate(expected: 9, timeout: 8)) { _ = try expect(8) }
    machine.state.arrived(at: lane, work: first, since: machine.now, now: machine.now)
    machine.step(bytes: 8)
    for _ in 0..<500 { _ = try expect(100) }
    _ = try machine.submit(lane, bytes: 8, timeout: 20)
  }

  /// An upload that doesn't come keeps nobody out.
  @Test func whatArrivesSlowlyCountsNoMore() throws {
    var state = DispatchState()
    let lane = state.addLane(weight: 1, slots: 1, concurrency: 1000)
    let (size, second) = (RequestSize(bytes: 8), UInt64(1_000_000_000))
    let first = try state.submit(to: lane, size, priority: 0, timeout: nil, now: 0).get()
    _ = state.next(0)
    state.finish(first, size, duration: second, now: second)
    let worked = try state.submit(to: lane, size, priority: 0, timeout: nil, now: second).get()
    _ = state.next(second)
    func expect(_ now: UInt64) -> Result<UInt64, AdmissionError> {
      state.expect(to: lane, size, priority: 0, timeout: second, now: now)
    }
    // Half of what is worked on and what arrives are too much; later only the former is left.
    let upload = try expect(second).get()
    #expect(upload == second && (try? expect(second).get()) == nil)
    #expect(try expect(9 * second).get() == second)
    state.arrived(at: lane, work: upload, since: second, now: 9 * second)
    _ = worked
  }

  @Test(arguments: [1.0, 3]) func pipelinesShareByWeight(weight: Double) throws {
    var machine = Machine()
    let light = machine.state.addLane(weight: 1, slots: 2, concurrency: 10_000)
    let heavy = machine.state.addLane(weight: weight, slots: 2, concurrency: 10_000)
    for _ in 0..<1000 {
      _ = try machine.submit(light)
      _ = try machine.submit(heavy)
    }
    for _ in 0..<800 { machine.step() }
    let count = machine.started.count { $0.lane == heavy }
    #expect(abs(Double(count) / Double(machine.started.count) - weight / (weight + 1)) < 0.02)
    #expect(machine.running.count == 2)
  }

  @Test func whoHadNothingToDoGainsNothingByThat() throws {
    var machine = Machine()
    let busy = machine.state.addLane(weight: 1, slots: 1, concurrency: 10_000)
    let idle = machine.state.addLane(weight: 1, slots: 1, concurrency: 10_000)
    for _ in 0..<600 { _ = try machine.submit(busy) }
    for _ in 0..<500 { machine.step() }
    for _ in 0..<50 { _ = try machine.submit(idle) }
    let before = machine.started.count
    for _ in 0..<40 { machine.step() }
    let count = machine.started[before...].count { $0.lane == busy }
    #expect((18...22).contains(count))
  }

  @Test func aRequestWhoseTimeIsOverIsNotStarted() throws {
    var machine = Machine()
    let lane = machine.state.addLane(weight: 1, slots: 1, concurrency: 10)
    _ = try machine.submit(lane, bytes: 100)
    let late = try machine.submit(lane, timeout: 50)
    let patient = try machine.submit(lane, timeout: 500)
    machine.step()
    #expect(machine.expired.map(\.entry.id) == [late.entry.id])
    #expect(machine.started.last?.entry == patient.entry)
  }

  @Test func promisesAreKeptOnceTimesAreKnown() throws {
    var machine = Machine()
    let lane = machine.state.addLane(weight: 1, slots: 2, concurrency: 10_000)
    for _ in 0..<20 {
      _ = try machine.submit(lane, bytes: 100)
      machine.step(bytes: 100)
    }
    var (accepted, refused) = (0, 0)
    for _ in 0..<100 {
      do {
        _ = try machine.submit(lane, bytes: 100, timeout: 1000)
        accepted += 1
      } catch { refused += 1 }
    }
    for _ in 0..<200 { machine.step(bytes: 100) }
    #expect(machine.expired.isEmpty)
    #expect((14...20).contains(accepted) && refused == 100 - accepted)
  }

  @Test func cancelledOnesDontRun() throws {
    var machine = Machine()
    let lane = machine.state.addLane(weight: 1, slots: 1, concurrency: 10)
    let (first, second) = (try machine.submit(lane), try machine.submit(lane))
    #expect(!machine.state.cancel(first) && machine.state.cancel(second) && !machine.state.cancel(second))
    machine.step()
    #expect(machine.started.map(\.entry) == [first.entry])
  }

  @Test func aClosedLaneEndsWithWhatItHas() throws {
    var machine = Machine()
    let lane = machine.state.addLane(weight: 1, slots: 1, concurrency: 10)
    for _ in 0..<2 { _ = try machine.submit(lane) }
    machine.state.closeLane(lane)
    #expect(throws: RuntimeError.closed) { try machine.submit(lane) }
    for _ in 0..<2 {
      #expect(machine.state.lanes.count == 1)
      machine.step()
    }
    #expect(machine.started.count == 2 && machine.state.lanes.isEmpty)
  }
}
