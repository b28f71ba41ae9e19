import Dataflow
import Planning
import TestSupport
import Testing
import Vision

@testable import Serving

/// However wrong what was learned is, nobody is refused for ever: random requests in virtual time.
@Suite struct RefusalPropertyTests {
  private static let millisecond: UInt64 = 1_000_000
  private static let second: UInt64 = 1_000_000_000

  private struct Arrival {
    var size: RequestSize
    /// What it really takes.
    var duration: UInt64
    var timeout: UInt64 = second
  }

  /// Two workers; each request keeps one for as long as it really takes.
  private struct Server {
    var state = DispatchState()
    let lane: Int
    var now: UInt64 = 0
    private var running: [(request: DispatchState.Request, arrival: Arrival, end: UInt64)] = []
    private var waiting: [UInt64: Arrival] = [:]
    private(set) var late = 0
    private(set) var answered = 0

    init(slots: Int = 2) { lane = state.addLane(weight: 1, slots: slots, concurrency: 1000) }

    var inFlight: Int { running.count + waiting.count }

    /// - Returns: whether it is taken.
    mutating func submit(_ arrival: Arrival) throws -> Bool {
      // As by its head, then when it is here.
      let head = state.expect(
        to: lane, arrival.size.announced, priority: 0, timeout: arrival.timeout, now: now)
      guard case .success(let work) = head else { return false }
      state.arrived(at: lane, work: work, since: now, now: now)
      switch state.submit(to: lane, arrival.size, priority: 0, timeout: arrival.timeout, now: now) {
      case .failure: return false
      case .success(let request):
        waiting[request.entry.id] = arrival
        proceed()
        return true
      }
    }

    private mutating func proceed() {
      while let action = state.next(now) {
        guard let arrival = waiting.removeValue(forKey: action.request.entry.id) else { continue }
        switch action {
        case .start(let request): running.append((request, arrival, now + arrival.duration))
        case .expire: late += 1
        }
      }
    }

    mutating func advance(to time: UInt64) {
      while let index = running.indices.min(by: { running[$0].end < running[$1].end }),
        running[index].end <= time
      {
        let (request, arrival, end) = running.remove(at: index)
        now = max(now, end)
        answered += 1
        if now - request.entry.arrival > arrival.timeout { late += 1 }
        state.finish(request, arrival.size, duration: arrival.duration, now: now)
        proceed()
      }
      now = max(now, time)
      proceed()
    }

    mutating func finish() {
      for _ in 0..<1_000_000 where inFlight > 0 { advance(to: now + second) }
    }
  }

  private static func size(
    _ pixels: Int, _ format: ImageFormat = .jpeg, _ coding: ImageCoding = .sequential, bytes: Int = 500_000
  ) -> RequestSize {
    var size = RequestSize(bytes: bytes, format: format)
    (size.pixels, size.coding) = (pixels, coding)
    return size
  }

  private static let ordinary = Arrival(size: size(200_000), duration: 15 * millisecond)

  /// Some class, and a time that has nothing to do with it.
  private static func any(using random: inout SeededGenerator) -> Arrival {
    let size =
      Bool.random(using: &random)
      ? ordinary.size
      : size(
        1 << Int.random(in: 10...26, using: &random),
        ImageFormat.allCases.randomElement(using: &random) ?? .png,
        Bool.random(using: &random) ? .sequential : .progressive,
        bytes: 1 << Int.random(in: 10...24, using: &random))
    let duration = millisecond << UInt64.random(in: 0...13, using: &random)
    return Arrival(
      size: size, duration: duration, timeout: Bool.random(using: &random) ? second : 60 * second)
  }

  /// Random load for a while, at any rate.
  private static func afterLoad(_ seed: Int) throws -> (Server, SeededGenerator) {
    var random = SeededGenerator(seed: seed)
    var server = Server()
    let pause = millisecond << UInt64.random(in: 0...8, using: &random)
    for _ in 0..<300 {
      let isAlone = server.inFlight == 0
      let isTaken = try server.submit(any(using: &random))
      #expect(isTaken || !isAlone, "refused by a server that had nothing to do")
      server.advance(to: server.now + UInt64.random(in: 0...2 * pause, using: &random))
    }
    return (server, random)
  }

  @Test(arguments: 0..<100) func atOnceWhenTheLoadIsOver(seed: Int) throws {
    var (server, random) = try Self.afterLoad(seed)
    server.finish()
    server.advance(to: server.now + UInt64.random(in: 0...Self.second, using: &random))
    for _ in 0..<20 {
      #expect(try server.submit(Self.ordinary))
      server.advance(to: server.now + Self.ordinary.duration)
    }
    #expect(server.inFlight == 0)
  }

  /// Beside a client that is always there, so that the server never has nothing to do.
  @Test(arguments: 0..<100) func soonBesideOneWhoStays(seed: Int) throws {
    var (server, _) = try Self.afterLoad(seed)
    server.finish()
    let other = Arrival(
      size: Self.size(1 << 26, .png, .progressive), duration: 1400 * Self.millisecond,
      timeout: 60 * Self.second)
    var nextOther = server.now
    func step(_ server: inout Server) throws {
      if server.now >= nextOther {
        _ = try server.submit(other)
        nextOther = server.now + other.duration
      }
    }
    let begin = server.now
    var (first, refusedAfter): (UInt64?, Int) = (nil, 0)
    for _ in 0..<400 {
      try step(&server)
      if try server.submit(Self.ordinary) {
        if first == nil { first = server.now }
      } else if first != nil {
        refusedAfter += 1
      }
      server.advance(to: server.now + 50 * Self.millisecond)
    }
    let taken = try #require(first)
    #expect(taken - begin <= 10 * Self.second)
    #expect(refusedAfter == 0)
  }

  /// Whose images are of other classes don't matter to each other while a worker is free.
  @Test func bombsDontRaiseOthersEstimates() throws {
    var server = Server()
    let bomb = Arrival(
      size: Self.size(1 << 26, .png, .progressive), duration: 1400 * Self.millisecond,
      timeout: 60 * Self.second)
    for _ in 0..<50 {
      #expect(try server.submit(bomb))
      for _ in 0..<28 {
        #expect(try server.submit(Self.ordinary))
        server.advance(to: server.now + 50 * Self.millisecond)
      }
    }
    #expect(server.late == 0)
  }

  /// What can't be answered in time is refused under load, and what is taken is answered in time.
  @Test(arguments: 0..<20) func promisesAreKept(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    var server = Server()
    let large = Arrival(
      size: Self.size(11_000_000), duration: 70 * Self.millisecond, timeout: Self.second / 2)
    var small = Self.ordinary
    small.timeout = Self.second / 2
    var refused = 0
    // Twice what two workers do.
    for _ in 0..<6000 {
      if try !server.submit(Int.random(in: 0..<10, using: &random) == 0 ? large : small) { refused += 1 }
      server.advance(to: server.now + UInt64.random(in: 0...10_250_000, using: &random))
    }
    server.finish()
    #expect(server.answered > 2500 && refused > 1500)
    #expect(Double(server.late) < 0.02 * Double(server.answered), "\(server.late) of \(server.answered)")
  }
}
