import Basics
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Dataflow

struct TraceTests {
  private func event(_ number: UInt64) -> TraceEvent {
    TraceEvent(
      item: number, stage: Int(number % 7), kind: number % 2 == 0 ? .compute : .transfer, ready: number,
      begin: number + 1, end: number + 2)
  }

  @Test func eventsAreFortyBytes() {
    #expect(MemoryLayout<TraceEvent>.stride == 40)
  }

  @Test func keepsEvents() {
    let ring = TraceRing(worker: "w", capacity: 8)
    #expect(ring.events().isEmpty)
    for number in 0..<5 { ring.record(event(UInt64(number))) }
    #expect(ring.events() == (0..<5).map(event))
    #expect(ring.recorded == 5)
  }

  /// One slot is always the writer's, so that a ring of 8 gives 7.
  @Test(arguments: [7, 8, 9, 15, 16, 17, 1_000])
  func wrapsAround(count: UInt64) {
    let ring = TraceRing(worker: "w", capacity: 8)
    for number in 0..<count { ring.record(event(number)) }
    #expect(ring.events() == ((count - 7)..<count).map(event))
    #expect(ring.recorded == count)
  }

  @Test(arguments: [Int.min, -1, 0, 1, 2, 3])
  func smallCapacities(capacity: Int) {
    let ring = TraceRing(worker: "w", capacity: capacity)
    for number in 0..<9 { ring.record(event(UInt64(number))) }
    #expect(ring.events().last == event(8))
  }

  @Test func recentEvents() {
    let ring = TraceRing(worker: "w", capacity: 64)
    for number in 0..<20 { ring.record(event(UInt64(number))) }
    #expect(ring.events { $0.item >= 15 } == (15..<20).map(event))
    #expect(ring.events { $0.item < 15 }.isEmpty)
  }

  /// A reader beside the writer gets whole events, in a row, none of which is half of one and half of another.
  @Test(.timeLimit(.minutes(60)))
  func concurrentReader() throws {
    let ring = TraceRing(worker: "w", capacity: 16)
    let isDone = Atomic(false)
    let writer = try WorkerThread(name: "writer") {
      for number in 0..<200_000 { ring.record(event(UInt64(number))) }
      isDone.store(true, ordering: .releasing)
    }
    var reads = 0
    repeat {
      let events = ring.events()
      guard let first = events.first else { continue }
      #expect(events == (0..<UInt64(events.count)).map { event(first.item + $0) })
      reads += 1
    } while !isDone.load(ordering: .acquiring) || reads == 0
    writer.join()
    #expect(ring.events() == (199_985..<200_000).map(event))
  }

  private struct Perfetto: Decodable {
    struct Event: Decodable {
      struct Arguments: Decodable {
        let name: String?
        let item: UInt64?
        let queue: Double?

        enum CodingKeys: String, CodingKey {
          case name, item
          case queue = "queue_us"
        }
      }
      let ph: String
      let pid: Int
      let tid: Int
      let name: String
      let cat: String?
      let ts: Double?
      let dur: Double?
      let args: Arguments
    }
    let displayTimeUnit: String
    let traceEvents: [Event]
  }

  @Test func perfetto() throws {
    let trace = Trace(
      stages: ["say \"hi\"\n\\ ☂"],
      workers: [
        Trace.Track(
          name: "worker \"0\"",
          events: [
            TraceEvent(item: 7, stage: 0, ready: 1_000_000, begin: 1_002_500, end: 1_012_507),
            TraceEvent(item: UInt64.max, stage: 0, kind: .transfer, ready: 0, begin: 5, end: UInt64.max),
            TraceEvent(item: 8, stage: 3, ready: 30, begin: 20, end: 10),
          ]), Trace.Track(name: "idle", events: []),
      ])
    let decoded = try JSONDecoder().decode(Perfetto.self, from: trace.perfetto())
    #expect(decoded.traceEvents.map(\.ph) == ["M", "X", "X", "X", "M"])
    #expect(decoded.traceEvents.map(\.tid) == [0, 0, 0, 0, 1])
    #expect(decoded.traceEvents[0].name == "thread_name")
    #expect(decoded.traceEvents[0].args.name == "worker \"0\"")
    let slice = decoded.traceEvents[1]
    #expect(slice.name == "say \"hi\"\n\\ ☂")
    #expect((slice.ts, slice.dur, slice.args.queue) == (1_002.5, 10.007, 2.5))
    #expect((slice.cat, slice.args.item) == ("compute", 7))
    #expect(decoded.traceEvents[2].name == "transfer (say \"hi\"\n\\ ☂)")
    #expect(decoded.traceEvents[3].name == "stage 3")
    #expect(decoded.traceEvents[3].dur == 0)
  }

  @Test func perfettoOfSeveralGraphs() throws {
    func trace(_ begin: Nanoseconds) -> Trace {
      Trace(
        stages: ["s"],
        workers: [
          Trace.Track(
            name: "w", events: [TraceEvent(item: 1, stage: 0, ready: begin, begin: begin, end: begin + 1000)])
        ])
    }
    let data = Trace.perfetto(of: [("first", trace(5_000)), ("second", trace(2_000))])
    let events = try JSONDecoder().decode(Perfetto.self, from: data).traceEvents
    #expect(events.map(\.name) == ["process_name", "thread_name", "s", "process_name", "thread_name", "s"])
    #expect(events.map(\.pid) == [1, 1, 1, 2, 2, 2])
    #expect(events[3].args.name == "second" && events[2].ts == 3 && events[5].ts == 0)
  }

  @Test func perfettoOfNothing() throws {
    let trace = Trace(stages: [], workers: [])
    #expect(try JSONDecoder().decode(Perfetto.self, from: trace.perfetto()).traceEvents.isEmpty)
  }
}
