import Basics
import Foundation
import TestSupport
import Testing

@testable import Dataflow

/// Several iterations at once give what they give one by one.
@Suite(.timeLimit(.minutes(60)))
final class BatchTests: Sendable {
  private let sizes = Locked<[Int]>([])

  /// Makes as many tokens of everything as the rates say, and writes down of how many at once; throws if one is refused.
  private func adding(
    _ name: String = "add", outputs: [Rate] = [.fixed(1)], maximum: Int = .max,
    refuses: @escaping @Sendable (Int) -> Bool = { _ in false }
  ) -> Stage {
    .batching(name, outputs: outputs, maximum: maximum) { [self] firing in
      sizes.withLock { $0.append(firing.count()) }
      let values = try (0..<firing.count()).map { try firing.input(at: $0, as: Int.self) }
      if let bad = values.first(where: refuses) { throw StageFailure(bad) }
      for (index, value) in values.enumerated() {
        for port in outputs.indices {
          for copy
            in 0..<(outputs[port].isVariable ? value % (outputs[port].maximum + 1) : outputs[port].maximum)
          {
            firing.emit(10 * value + copy, on: port, of: index)
          }
        }
      }
    }
  }

  private func fused(_ graph: Graph, batch: Int, delay: Double = 0, instances: Int = 1) -> Plan {
    Plan([Placement(graph.stages.map(\.name), instances: instances, batch: batch, queueDelay: delay)])
  }

  @Test func firesOnceForABatchWhereItCan() throws {
    let single = Log()
    let graph = try Graph(
      "batch", chain: [adding("all"), .logging("each", to: single), adding("pairs", maximum: 2)])
    let executor = try SequentialExecutor(graph, plan: fused(graph, batch: 4))
    let results = try executor.process(items: (0..<10).map { [$0] })
    #expect(results.allSatisfy { $0.integers == [[0]] && $0.error == nil })
    #expect(sizes.withLock { $0 } == [4, 2, 2, 4, 2, 2, 2, 2])
    #expect(single.entries.count == 10)
  }

  @Test func sizesAreCounted() throws {
    let single = Log()
    let graph = try Graph("batch", chain: [adding("all"), .logging("each", to: single)])
    let recorder = Recorder()
    let executor = try SequentialExecutor(graph, plan: fused(graph, batch: 4), recorder: recorder)
    _ = try executor.process(items: (0..<14).map { [$0] })
    let counted = recorder.batchSizes(of: graph)
    #expect(counted.map(\.items) == [14, 14])
    // 4 + 4 + 4 + 2, and each by itself.
    #expect(counted[0].firings == [0, 1, 3] + Array(repeating: 0, count: 11))
    #expect(counted[1].firings == [14] + Array(repeating: 0, count: 13))
  }

  @Test func sizesAreCountedByPowersOfTwo() {
    #expect(
      [0, 1, 2, 3, 4, 5, 8, 9, 4096, 4097, Int.max].map { BatchSizes.index(of: $0) }
        == [0, 0, 1, 2, 2, 3, 3, 4, 12, 13, 13])
    #expect(BatchSizes.bounds.last == UInt64(Plan.maximumBatch))
  }

  /// Whatever the graph, the plan and the batches.
  @Test(arguments: 0..<40)
  func resultsEqualTheSequentialOnes(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let graph = try RandomGraph(stages: 2...8, hasFeedback: false, using: &random).graph
    let items = graph.randomItems(iterations: 40, using: &random)
    let expected = try SequentialExecutor(graph).process(items: items).map(\.integers)
    for _ in 0..<3 {
      var plan = graph.randomPlan(using: &random)
      for index in plan.placements.indices {
        plan.placements[index].batch = Int.random(in: 1...9, using: &random)
        plan.placements[index].queueDelay = [0, 0.002].randomElement(using: &random) ?? 0
      }
      let executor = try Executor(graph, plan: plan)
      #expect(try executor.results(of: items).map(\.integers) == expected, "\(plan)")
      #expect(executor.inFlight == 0)
    }
  }

  /// Tokens of one item in one batch, any number of them, in their order; and joins that meet their own again.
  @Test(arguments: [1, 3])
  func orderIsKept(instances: Int) throws {
    let join = Stage.batching("join", inputs: 2) { firing in
      for index in 0..<firing.count() {
        let (a, b) = (
          try firing.input(0, at: index, as: Int.self), try firing.input(1, at: index, as: Int.self)
        )
        firing.emit(a == b ? a : -1, of: index)
      }
    }
    let graph = try Graph(
      "order",
      stages: [adding("some", outputs: [.upTo(5)]), adding("two", outputs: [.fixed(2), .fixed(2)]), join],
      edges: [Edge("some", "two"), Edge("two.out0", "join.in0"), Edge("two.out1", "join.in1")],
      inputs: ["some"], outputs: ["join"])
    let items: [[any Sendable]] = (0..<300).map { [$0] }
    let expected = try SequentialExecutor(graph).process(items: items).map(\.integers)
    #expect(expected[5] == [[500, 501, 510, 511, 520, 521, 530, 531, 540, 541]])
    let plan = Plan([
      Placement(["some"], batch: 4),
      Placement(["two", "join"], instances: instances, batch: 8, queueDelay: 0.001),
    ])
    let executor = try Executor(graph, plan: plan)
    #expect(try executor.results(of: items).map(\.integers) == expected)
    #expect(sizes.withLock { $0.max() } == 8)
  }

  // MARK: Failures

  /// A batch that fails is done again one by one.
  @Test(arguments: 0..<4)
  func aBadItemFailsAlone(bad: Int) throws {
    let graph = try Graph("bad", chain: [adding { $0 == bad }, adding("after")])
    let results = try SequentialExecutor(graph, plan: fused(graph, batch: 4)).process(
      items: (0..<4).map { [$0] })
    for (index, result) in results.enumerated() {
      #expect(result.error as? StageFailure == (index == bad ? StageFailure(bad) : nil))
      #expect(result.integers == [index == bad ? [] : [100 * index]])
    }
    // The others are together again afterwards.
    #expect(sizes.withLock { $0 } == [4, 1, 1, 1, 1, 3])
  }

  /// What has failed before is left out, here and in what joins later.
  @Test(arguments: 0..<5)
  func aFailedItemIsLeftOut(bad: Int) throws {
    let join = Stage.batching("join", inputs: 2) { firing in
      for index in 0..<firing.count() {
        guard try 10 * firing.input(0, at: index, as: Int.self) == firing.input(1, at: index, as: Int.self)
        else { throw StageFailure(-1) }
        firing.emit(try firing.input(0, at: index, as: Int.self), of: index)
      }
    }
    let graph = try Graph(
      "left out", stages: [.refusing("refuse") { $0 == bad }, adding(), join],
      edges: [Edge("refuse", "add"), Edge("refuse", "join.in0"), Edge("add", "join.in1")], inputs: ["refuse"],
      outputs: ["join"])
    let results = try SequentialExecutor(graph, plan: fused(graph, batch: 4)).process(
      items: (0..<4).map { [$0] })
    for (index, result) in results.enumerated() {
      #expect(result.error as? StageFailure == (index == bad ? StageFailure(bad) : nil))
      #expect(result.integers == [index == bad ? [] : [index]])
    }
    #expect(sizes.withLock { $0 } == [bad < 4 ? 3 : 4])
  }

  @Test func aWhollyFailedBatchIsNotRun() throws {
    let graph = try Graph("none", chain: [.refusing("refuse") { _ in true }, adding()])
    let results = try SequentialExecutor(graph, plan: fused(graph, batch: 2)).process(items: [[1], [2]])
    #expect(results.map { $0.error as? StageFailure } == [StageFailure(1), StageFailure(2)])
    #expect(sizes.withLock { $0.isEmpty })
  }

  /// Two items that meet in a join: the one whose partner has failed can't be answered, the other pair can.
  @Test func aPartnerOfAFailedItemFails() throws {
    let deal = Stage.rated("deal", in: [.fixed(2)], out: [.fixed(1), .fixed(1)]) { firing in
      for index in 0..<2 { firing.emit(try firing.input(at: index, as: Int.self), on: index, of: index) }
    }
    let join = Stage.batching("join", inputs: 2) { firing in
      for index in 0..<firing.count() {
        firing.emit(
          try firing.input(0, at: index, as: Int.self) + firing.input(1, at: index, as: Int.self), of: index)
      }
    }
    let graph = try Graph(
      "deal", stages: [deal, .refusing("refuse") { $0 == 2 }, join],
      edges: [Edge("deal.out0", "join.in0"), Edge("deal.out1", "refuse"), Edge("refuse", "join.in1")],
      inputs: ["deal"], outputs: ["join"])
    let results = try SequentialExecutor(graph, plan: fused(graph, batch: 2)).process(
      items: [[1], [2], [3], [4]])
    #expect(results.map { $0.error as? StageFailure } == [StageFailure(2), StageFailure(2), nil, nil])
    #expect(results[2].integers == [[7]])
  }

  /// A stage that takes a batch and answers for the first only is found out.
  @Test func everyItemOfABatchMustBeAnswered() throws {
    let careless = Stage.batching("careless") { firing in
      for index in 0..<firing.count() { firing.emit(try firing.input(at: index, as: Int.self)) }
    }
    let graph = try Graph("careless", chain: [careless])
    let results = try SequentialExecutor(graph, plan: fused(graph, batch: 3)).process(items: [[1], [2], [3]])
    #expect(results.map(\.integers) == [[[1]], [[2]], [[3]]])
  }

  // MARK: Waiting

  @Test func partialBatchesGoWhenTheyHaveWaited() throws {
    let graph = try Graph("wait", chain: [adding()])
    // This one would wait for ever.
    let patient = try Executor(graph, plan: fused(graph, batch: 4, delay: 3600))
    #expect(try patient.answers(to: 0..<4).count == 4)
    let executor = try Executor(graph, plan: fused(graph, batch: 4, delay: 0.1))
    let duration = try ContinuousClock().measure { _ = try executor.answers(to: 0..<3) }
    #expect(duration >= .milliseconds(100))
    #expect(sizes.withLock { $0 } == [4, 3])
    executor.drain()
    patient.drain()
  }

  @Test(arguments: [1, 3])
  func drainDoesNotWaitForMore(instances: Int) throws {
    let graph = try Graph("drain", chain: [adding()])
    let executor = try Executor(graph, plan: fused(graph, batch: 8, delay: 3600, instances: instances))
    let answers = Locked<[ItemResult]>([])
    for value in 0..<11 { try executor.submit([value]) { answer in answers.withLock { $0.append(answer) } } }
    executor.drain()
    #expect(answers.withLock { $0.count { $0.error == nil } } == 11)
    #expect(sizes.withLock { $0.sorted() } == [3, 8])
  }

  @Test func cancelFailsWhatWaitsForABatch() throws {
    let graph = try Graph("cancel", chain: [adding()])
    let executor = try Executor(graph, plan: fused(graph, batch: 8, delay: 3600))
    let answers = Locked<[ItemResult]>([])
    for value in 0..<3 { try executor.submit([value]) { answer in answers.withLock { $0.append(answer) } } }
    usleep(20_000)
    executor.cancel()
    #expect(answers.withLock { $0.count { $0.error is CancellationError } } == 3)
    #expect(sizes.withLock { $0.isEmpty })
    #expect(executor.inFlight == 0)
  }

  @Test func cancelledItemsAreLeftOut() throws {
    let graph = try Graph("cancel", chain: [adding()])
    let executor = try Executor(graph, plan: fused(graph, batch: 4, delay: 3600))
    let answers = Locked<[Int: ItemResult]>([:])
    for value in 0..<4 {
      let item = try executor.submit([value]) { answer in answers.withLock { $0[value] = answer } }
      if value == 1 { item.cancel() }
    }
    executor.drain()
    #expect(
      answers.withLock { answers in (0..<4).map { answers[$0]?.error is CancellationError } } == [
        false, true, false, false,
      ])
    #expect(sizes.withLock { $0 } == [3])
  }

  /// What a batch puts on one edge before it puts anything on the other has room.
  @Test func noBatchIsTooLargeForAnEdge() throws {
    let split = Stage.batching("split", outputs: [.fixed(8), .fixed(1)]) { firing in
      for port in 0..<2 {
        for index in 0..<firing.count() {
          for _ in 0..<(port == 0 ? 8 : 1) { firing.emit(1, on: port, of: index) }
        }
      }
    }
    let graph = try Graph(
      "wide", stages: [split, .mixing("join", in: [8, 1])],
      edges: [Edge("split.out0", "join.in0"), Edge("split.out1", "join.in1")], inputs: ["split"],
      outputs: ["join"])
    let executor = try Executor(
      graph, plan: Plan([Placement(["split"], batch: 32, queueDelay: 3600), Placement(["join"])]))
    #expect(try executor.results(of: (0..<128).map { [$0] }).allSatisfy { $0.error == nil })
  }

  /// The worker's time for a batch is counted once, though each of its items has lived through all of it.
  @Test func timeOfABatchCountsOnce() throws {
    let slow = Stage.batching("slow") { firing in
      usleep(20_000)
      for index in 0..<firing.count() { firing.emit(1, of: index) }
    }
    let graph = try Graph("slow", chain: [slow])
    let recorder = Recorder()
    let executor = try SequentialExecutor(graph, plan: fused(graph, batch: 8), recorder: recorder)
    let results = try executor.process(items: (0..<8).map { [$0] })
    let part = try #require(recorder.occupancy(of: graph).stages.first)
    #expect(part.compute >= 20_000_000 && part.compute < 8 * 20_000_000)
    for result in results {
      #expect(recorder.attribution(of: result, in: graph).stages[0].compute >= 20_000_000)
    }
  }
}

extension Stage {
  /// A stage of integers that takes whole batches.
  fileprivate static func batching(
    _ name: String, inputs: Int = 1, outputs: [Rate] = [.fixed(1)], maximum: Int = .max,
    _ fire: @escaping @Sendable (Firing) throws -> Void
  ) -> Stage {
    let plain = Stage.rated(name, in: (0..<inputs).map { _ in .fixed(1) }, out: outputs)
    return Stage(
      name, inputs: plain.inputs, outputs: plain.outputs,
      implementations: [.cpu(maximumBatchSize: maximum, fire)])
  }
}

extension Executor {
  fileprivate func answers(to values: Range<Int>) throws -> [ItemResult] {
    let answers = Locked<[ItemResult]>([])
    let done = DispatchSemaphore(value: 0)
    for value in values {
      try submit([value]) { answer in
        answers.withLock { $0.append(answer) }
        done.signal()
      }
    }
    for _ in values { done.wait() }
    return answers.withLock { $0 }
  }
}
