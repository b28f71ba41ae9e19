import Basics
import TestSupport
import Testing

@testable import Dataflow

/// An error fails the items of its firing, and no others.
struct FailureTests {
  @Test func onlyTheItemThatFailed() throws {
    let graph = try Graph("odd", chain: [.refusing("refuse") { $0 == 2 }, .mixing("after")])
    let executor = try SequentialExecutor(graph)
    let results = try executor.process(items: [[1], [2], [3]])
    #expect(results.map { $0.error as? StageFailure } == [nil, StageFailure(2), nil])
    #expect(results.map { $0.outputs[0].count } == [1, 0, 1])
    #expect(throws: StageFailure(2)) { try results[1].output(as: Int.self) }
  }

  /// The others of a batch go on without it, in their places.
  @Test(arguments: 0..<5)
  func batchWithoutOneItem(failing: Int) throws {
    let sizes = Locked<[Int]>([])
    let batch = Stage.rated("batch", in: [.fixed(4)], out: [.fixed(8)]) { firing in
      sizes.withLock { $0.append(firing.count()) }
      for index in 0..<firing.count() {
        let value = try firing.input(at: index, as: Int.self)
        firing.emit(10 * value, of: index)
        firing.emit(10 * value + 1, of: index)
      }
    }
    // Each item meets itself again at the end: a batch that shifts the others shows as a difference.
    let join = Stage.rated("join", in: [.fixed(1), .fixed(2)]) { firing in
      let value = try firing.input(0, as: Int.self)
      firing.emit(value)
      guard try firing.input(1, at: 0, as: Int.self) == 10 * value,
        try firing.input(1, at: 1, as: Int.self) == 10 * value + 1
      else { throw StageFailure(-1) }
    }
    let graph = try Graph(
      "batch", stages: [.refusing("refuse") { $0 == failing }, batch, join],
      edges: [Edge("refuse", "batch"), Edge("refuse", "join.in0"), Edge("batch", "join.in1")],
      inputs: ["refuse"], outputs: ["join"])
    let results = try SequentialExecutor(graph).process(items: (0..<8).map { [$0] })
    for (index, result) in results.enumerated() {
      #expect(result.error as? StageFailure == (index == failing ? StageFailure(failing) : nil))
      #expect(result.integers == [index == failing ? [] : [index]])
    }
    #expect(sizes.withLock { $0 } == (failing < 4 ? [3, 4] : [4, 3]))
  }

  /// A batch in which the stage gives the wrong number for those left fails them too.
  @Test func batchMustAnswerThoseLeft() throws {
    let batch = Stage.rated("batch", in: [.fixed(3)], out: [.fixed(3)]) { firing in
      firing.emit(1)
    }
    let graph = try Graph("batch", chain: [.refusing("refuse") { $0 == 1 }, batch])
    let results = try SequentialExecutor(graph).process(items: [[0], [1], [2]])
    let wrong = RuntimeError.wrongRate(stage: "batch", port: "out", rate: "3", emitted: 1)
    #expect(results.map { $0.error as? RuntimeError } == [wrong, nil, wrong])
    #expect(results[1].error as? StageFailure == StageFailure(1))
  }

  @Test func wholeBatchFails() throws {
    let fired = Locked(0)
    let batch = Stage.rated("batch", in: [.fixed(2)], out: [.fixed(2)]) { _ in fired.withLock { $0 += 1 } }
    let graph = try Graph("batch", chain: [.refusing("refuse") { _ in true }, batch, .mixing("after")])
    let results = try SequentialExecutor(graph).process(items: [[0], [1]])
    #expect(results.map { $0.error as? StageFailure } == [StageFailure(0), StageFailure(1)])
    #expect(fired.withLock { $0 } == 0)
  }

  /// A stage that makes one token of several items mixes them; what it throws concerns all of them.
  @Test func errorInABatchFailsTheBatch() throws {
    let graph = try Graph(
      "batch", chain: [.rated("batch", in: [.fixed(2)], out: [.fixed(2)]) { _ in throw StageFailure(9) }])
    let results = try SequentialExecutor(graph).process(items: [[0], [1]])
    #expect(results.map { $0.error as? StageFailure } == [StageFailure(9), StageFailure(9)])
  }

  @Test func oneTokenOfSeveralItems() throws {
    let sum = Stage.rated("sum", in: [.fixed(3)]) { firing in
      firing.emit(try (0..<firing.count()).reduce(0) { try $0 + firing.input(at: $1, as: Int.self) })
    }
    let graph = try Graph("sum", chain: [.refusing("refuse") { $0 == 1 }, sum])
    let results = try SequentialExecutor(graph).process(items: [[1], [2], [3]])
    #expect(results.map(\.integers) == [[[]], [[5]], [[]]])
    #expect(results.map { $0.error == nil } == [false, true, true])
  }

  /// An item whose partner in a join has failed can't be answered, and is told why.
  @Test func joinWithAFailedPartner() throws {
    // Pairs of items: the first one's token goes to one side of the join, the second one's to the other.
    let deal = Stage.rated("deal", in: [.fixed(2)], out: [.fixed(1), .fixed(1)]) { firing in
      firing.emit(try firing.input(at: 0, as: Int.self), on: 0, of: 0)
      firing.emit(try firing.input(at: 1, as: Int.self), on: 1, of: 1)
    }
    let graph = try Graph(
      "deal", stages: [deal, .refusing("refuse") { $0 == 2 }, .mixing("join", in: [1, 1])],
      edges: [Edge("deal.out0", "join.in0"), Edge("deal.out1", "refuse"), Edge("refuse", "join.in1")],
      inputs: ["deal"], outputs: ["join"])
    let results = try SequentialExecutor(graph).process(items: [[1], [2]])
    #expect(results.map { $0.error as? StageFailure } == [StageFailure(2), StageFailure(2)])
  }

  @Test func stateSurvivesAFailedFiring() throws {
    let executor = try SequentialExecutor(.runningSum { $0 < 0 })
    let results = try [1, 2, -1, 3, -5, -5, 4].map { try executor.process($0) }
    #expect(results.map { $0.error == nil } == [true, true, false, true, false, false, true])
    #expect(results.map { $0.integers[0] } == [[1], [3], [], [6], [], [], [10]])
  }

  /// The state goes round two stages, either of which may fail.
  @Test(arguments: ["first", "second"])
  func stateSurvivesInALongerLoop(failing: String) throws {
    func stage(_ name: String, _ inputs: Int, _ body: @escaping @Sendable ([Int]) -> Int) -> Stage {
      .rated(name, in: (0..<inputs).map { _ in .fixed(1) }) { firing in
        let values = try (0..<inputs).map { try firing.input($0, as: Int.self) }
        if name == failing, values[0] % 10 == 3 { throw StageFailure(3) }
        firing.emit(body(values))
      }
    }
    let graph = try Graph(
      "loop", stages: [stage("first", 2) { $0[1] * 10 + $0[0] }, stage("second", 1) { $0[0] }],
      edges: [Edge("first", "second"), Edge("second", "first.in1", initialItems: [0])],
      inputs: ["first.in0"], outputs: ["second"])
    let executor = try SequentialExecutor(graph)
    let results = try [1, 2, 3, 4].map { try executor.process($0) }
    #expect(results.map(\.integers) == [[[1]], [[12]], [[]], [[124]]])
  }

  @Test func cancelledItemIsPassedOver() throws {
    let fired = Locked(0)
    let graph = try Graph(
      "cancel",
      chain: [
        .mixing("before"),
        .rated("after") { firing in
          fired.withLock { $0 += 1 }
          firing.emit(1)
        },
      ])
    let gate = Gate(limit: 1)
    _ = gate
    let executor = try Executor(graph)
    let results = Locked<[ItemResult]>([])
    let item = try executor.submit([1]) { result in results.withLock { $0.append(result) } }
    item.cancel()
    executor.drain()
    let result = try #require(results.withLock { $0.first })
    // It may have been too late.
    #expect(result.error is CancellationError ? fired.withLock { $0 } <= 1 : result.integers == [[1]])
  }

  @Test func failingSourceFailsTheItemsThatNeedIt() throws {
    let graph = try Graph(
      "source",
      stages: [.rated("source", in: []) { _ in throw StageFailure(4) }, .mixing("join", in: [1, 1])],
      edges: [Edge("source", "join.in0")], inputs: ["join.in1"], outputs: ["join"])
    let executor = try SequentialExecutor(graph)
    #expect(try executor.process(1).error as? StageFailure == StageFailure(4))
    #expect(try executor.process(2).error as? StageFailure == StageFailure(4))
  }
}
