import TestSupport
import Testing

@testable import Dataflow

struct OccupancyTests {
  /// A closed graph whose stages let the clock go on: where the time went is known to the nanosecond, however few
  /// events are kept.
  @Test func sumsToTheWhole() throws {
    let time = ManualTime()
    let graph = try Graph(
      "loop",
      stages: [
        .rated("a", in: [.fixed(1)], out: [.fixed(2)]) { firing in
          time.advance(by: 5)
          for value in 0..<2 { firing.emit(value) }
        },
        .rated("b", in: [.fixed(2)], out: [.fixed(1)]) { firing in
          time.advance(by: 10)
          firing.transfer { time.advance(by: 3) }
          firing.transferred(for: 2)
          firing.transferred(for: 0)
          firing.emit(0)
        },
        .rated("c") { firing in
          time.advance(by: 4)
          firing.transfer { time.advance(by: 1) }
          firing.transferred(for: 1_000_000)
          firing.emit(0)
        },
      ],
      edges: [Edge("a", "b"), Edge("b", "c"), Edge("c", "a", initialItems: [0])])
    let executor = try SequentialExecutor(graph, recorder: Recorder(time: time, eventsPerWorker: 4))
    try executor.run(iterations: 60)
    time.advance(by: 1_000)  // Between runs: nobody's time.
    try executor.run(iterations: 40)

    let occupancy = executor.occupancy
    #expect(occupancy.stages.map(\.name) == ["a", "b", "c"])
    #expect(occupancy.stages.map(\.compute) == [500, 800, 0])
    #expect(occupancy.stages.map(\.transfer) == [0, 500, 500])
    #expect(occupancy.total == 2_300)
    #expect(occupancy.unattributed == 0)
    #expect(occupancy.share(of: 575) == 0.25)
  }
}
