import Basics
import TestSupport
import Testing

@testable import Dataflow

struct AttributionTests {
  private static let names = ["a", "b", "c"]

  private func event(
    _ stage: Int, _ ready: UInt64, _ begin: UInt64, _ end: UInt64, _ kind: TraceEvent.Kind = .compute
  ) -> TraceEvent {
    TraceEvent(item: 1, stage: stage, kind: kind, ready: ready, begin: begin, end: end)
  }

  /// Compute, queue and transfer of each stage, and what is unattributed.
  private func parts(_ events: [TraceEvent], from arrival: UInt64 = 0, to completion: UInt64 = 100)
    -> [[UInt64]]
  {
    let attribution = Attribution(of: events, stages: Self.names, from: arrival, to: completion)
    #expect(attribution.sum == attribution.total)
    #expect(attribution.total == completion - arrival)
    return attribution.stages.map { [$0.compute, $0.queue, $0.transfer] } + [[attribution.unattributed]]
  }

  @Test func nothingKnown() {
    #expect(parts([]) == [[0, 0, 0], [0, 0, 0], [0, 0, 0], [100]])
  }

  @Test func aChain() {
    #expect(
      parts([event(0, 0, 10, 30), event(1, 30, 45, 60), event(2, 60, 60, 95)])
        == [[20, 10, 0], [15, 15, 0], [35, 0, 0], [5]])
  }

  @Test func gapsAreUnattributed() {
    #expect(
      parts([event(0, 5, 10, 30), event(1, 50, 50, 60)]) == [[20, 5, 0], [10, 0, 0], [0, 0, 0], [65]])
  }

  @Test func transferInsideCompute() {
    #expect(
      parts([event(0, 0, 10, 90), event(0, 20, 20, 30, .transfer), event(0, 50, 50, 55, .transfer)])
        == [[65, 10, 15], [0, 0, 0], [0, 0, 0], [10]])
  }

  /// Two firings of one stage run at the same time, one of which moves data: the item computes.
  @Test func transferBesideCompute() {
    #expect(
      parts([event(0, 0, 0, 60), event(0, 0, 20, 100), event(0, 30, 30, 80, .transfer)])
        == [[80, 0, 20], [0, 0, 0], [0, 0, 0], [0]])
  }

  /// The branch that ends last has the time in which both compute.
  @Test func parallelBranches() {
    #expect(
      parts([event(0, 0, 0, 10), event(1, 10, 10, 40), event(2, 10, 20, 90)])
        == [[10, 0, 0], [10, 0, 0], [70, 0, 0], [10]])
  }

  /// So it is where the branch that ends last began first.
  @Test func parallelBranchesOfWhichOneSpansTheOther() {
    #expect(
      parts([event(1, 0, 0, 80), event(2, 0, 20, 50), event(0, 80, 80, 100)])
        == [[20, 0, 0], [80, 0, 0], [0, 0, 0], [0]])
  }

  @Test func computingHidesWaiting() {
    #expect(
      parts([event(0, 0, 0, 50), event(1, 10, 80, 100)]) == [[50, 0, 0], [20, 30, 0], [0, 0, 0], [0]])
  }

  @Test func transferHidesWaiting() {
    #expect(
      parts([event(0, 0, 0, 100), event(0, 20, 20, 60, .transfer), event(1, 30, 100, 120)])
        == [[60, 0, 40], [0, 0, 0], [0, 0, 0], [0]])
  }

  /// Events that reach beyond the item's time, as those of a batch do, count for as long as it was there.
  @Test func clipped() {
    #expect(
      parts([event(0, 0, 10, 60), event(1, 60, 80, 500)], from: 50, to: 90)
        == [[10, 0, 0], [10, 20, 0], [0, 0, 0], [0]])
  }

  @Test func strangeEvents() {
    #expect(parts([event(9, 0, 0, 100)])[3] == [100])
    #expect(parts([event(0, 0, 50, 20)])[3] == [80])
    #expect(parts([event(0, UInt64.max, UInt64.max, 0)])[3] == [100])
    let backwards = Attribution(of: [event(0, 0, 1, 2)], stages: Self.names, from: 10, to: 5)
    #expect((backwards.total, backwards.unattributed) == (0, 0))
  }

  @Test(arguments: 0..<300)
  func partsSumToTheWhole(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let events = (0..<Int.random(in: 0...60, using: &random)).map { _ in
      let times = (0..<3).map { _ in UInt64.random(in: 0...1_000, using: &random) }.sorted()
      return event(
        Int.random(in: 0...3, using: &random), times[0], times[1], times[2],
        Bool.random(using: &random) ? .compute : .transfer)
    }
    let arrival = UInt64.random(in: 0...500, using: &random)
    let completion = arrival + UInt64.random(in: 0...600, using: &random)
    let attribution = Attribution(of: events, stages: Self.names, from: arrival, to: completion)
    #expect(attribution.sum == completion - arrival)
    #expect(attribution.unattributed <= attribution.total)
    // In whatever order the workers' events come.
    #expect(
      Attribution(of: events.shuffled(using: &random), stages: Self.names, from: arrival, to: completion)
        .unattributed
        == attribution.unattributed)
  }

  /// Every nanosecond of a real run is accounted for.
  @Test func ofARun() throws {
    let time = ManualTime(1_000)
    let busy = Stage.rated("busy") { firing in
      time.advance(by: 30)
      let value = try firing.transfer {
        time.advance(by: 12)
        return try firing.input(as: Int.self)
      }
      firing.emit(value)
    }
    let graph = try Graph(
      "busy",
      chain: [
        busy,
        .rated("busier") {
          time.advance(by: 8)
          $0.emit(1)
        },
      ])
    let recorder = Recorder(time: time)
    let results = try SequentialExecutor(graph, recorder: recorder).process(items: [[1], [2]])
    for result in results {
      let attribution = recorder.attribution(of: result, in: graph)
      #expect(attribution.total == 50)
      #expect(attribution.stages.map(\.compute) == [30, 8])
      #expect(attribution.transfer == 12)
      #expect(attribution.unattributed == 0)
    }
  }

  /// The items of a batch each get the batch's time, and its transfer once.
  @Test func ofABatch() throws {
    let time = ManualTime()
    let batch = Stage.rated("batch", in: [.fixed(4)], out: [.fixed(4)]) { firing in
      firing.transfer { time.advance(by: 10) }
      time.advance(by: 20)
      for index in 0..<4 { firing.emit(0, of: index) }
    }
    let spread = Stage.rated("spread", out: [.fixed(2)]) {
      $0.emit(0)
      $0.emit(1)
    }
    let graph = try Graph("batch", chain: [spread, batch])
    let recorder = Recorder(time: time)
    for result in try SequentialExecutor(graph, recorder: recorder).process(items: [[1], [2]]) {
      let attribution = recorder.attribution(of: result, in: graph)
      #expect((attribution.stages[1].compute, attribution.stages[1].transfer) == (20, 10))
    }
    #expect(recorder.trace(of: graph).workers[0].events.count == 2 + 2 + 2)
  }

  /// Executors that share a recorder number their items apart.
  @Test func sharedRecorder() throws {
    let time = ManualTime()
    let recorder = Recorder(time: time)
    func executor(_ name: String, _ duration: UInt64) throws -> SequentialExecutor {
      try SequentialExecutor(
        try Graph(
          name,
          chain: [
            .rated("work") {
              time.advance(by: duration)
              $0.emit(1)
            }
          ]), recorder: recorder)
    }
    let executors = (try executor("first", 5), try executor("second", 7))
    let results = (try executors.0.process(1), try executors.1.process(1))
    #expect(results.0.item != results.1.item)
    #expect(recorder.attribution(of: results.0, in: executors.0.graph).stages[0].compute == 5)
    #expect(recorder.attribution(of: results.1, in: executors.1.graph).stages[0].compute == 7)
    #expect(recorder.trace(of: executors.0.graph).workers.count == 1)
  }

  @Test func ofAnExecutor() throws {
    let graph = try Graph("chain", chain: [.mixing("a"), .mixing("b"), .mixing("c")])
    let recorder = Recorder()
    let executor = try Executor(
      graph, plan: Plan([Placement(["a"]), Placement(["b", "c"])]), recorder: recorder)
    let results = Locked<[ItemResult]>([])
    for value in 0..<50 { try executor.submit([value]) { result in results.withLock { $0.append(result) } } }
    executor.drain()
    for result in results.withLock({ $0 }) {
      let attribution = recorder.attribution(of: result, in: graph)
      #expect(attribution.sum == attribution.total)
      #expect(attribution.total == result.completion - result.arrival)
      #expect(attribution.stages.allSatisfy { $0.compute > 0 })
    }
  }
}

extension Attribution {
  fileprivate var sum: Nanoseconds {
    stages.reduce(unattributed) { $0 + $1.compute + $1.queue + $1.transfer }
  }
}
