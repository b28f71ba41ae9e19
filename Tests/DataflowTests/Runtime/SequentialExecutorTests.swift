import Basics
import TestSupport
import Testing

@testable import Dataflow

struct SequentialExecutorTests {
  @Test func aGraphInAHandfulOfLines() throws {
    let graph = try Graph(
      "sum of squares",
      chain: [Stage("square") { (x: Int) in x * x }, Stage("halve") { (x: Int) in Double(x) / 2 }])
    let result = try SequentialExecutor(graph).process(3)
    #expect(try result.output(as: Double.self) == 4.5)
  }

  @Test func firesInTheOrderOfTheSchedule() throws {
    let log = Log()
    let graph = try Graph(
      "A-B-C",
      stages: [
        .logging("A", to: log, out: [2]), .logging("B", to: log, in: [3]), .logging("C", to: log, in: [2]),
      ],
      edges: [Edge("A", "B"), Edge("B", "C")], inputs: ["A"], outputs: ["C"])
    let executor = try SequentialExecutor(graph)
    let results = try executor.process(items: [[1], [2], [3]])
    #expect(log.entries == ["A", "A", "A", "B", "B", "C"])
    #expect(results.map { $0.outputs[0].count } == [1, 0, 0])
  }

  @Test(arguments: 0..<50)
  func repeatsExactly(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let graph = try RandomGraph(stages: 2...9, hasFeedback: true, using: &random).graph
    let items = graph.randomItems(iterations: 3, using: &random)
    let first = try SequentialExecutor(graph).process(items: items).map(\.integers)
    let second = try SequentialExecutor(graph).process(items: items).map(\.integers)
    #expect(first == second)
    #expect(first.contains { $0.contains { !$0.isEmpty } })
  }

  @Test func variableRateGivesNoneToMany() throws {
    let graph = try Graph(
      "repeat",
      chain: [
        .rated("repeat", out: [.upTo(5)]) { firing in
          let count = try firing.input(as: Int.self)
          for index in 0..<count { firing.emit(10 * count + index) }
        }, .mixing("double"),
      ])
    let executor = try SequentialExecutor(graph)
    #expect(try [0, 3, 5, 0, 1].map { try executor.process($0).outputs[0].count } == [0, 3, 5, 0, 1])
    #expect(try executor.process(0).error == nil)
    #expect(
      try executor.process(6).error as? RuntimeError
        == .wrongRate(stage: "repeat", port: "out", rate: "0…5", emitted: 6))
  }

  @Test func fanOutAndJoin() throws {
    let graph = try Graph(
      "diamond",
      stages: [
        .mixing("split"), Stage("add") { (x: Int) in x + 1 }, Stage("multiply") { (x: Int) in x * 10 },
        .rated("join", in: [.fixed(1), .fixed(1)]) { firing in
          firing.emit(try firing.input(0, as: Int.self) - firing.input(1, as: Int.self))
        },
      ],
      edges: [
        Edge("split", "add"), Edge("split", "multiply"), Edge("add", "join.in0"),
        Edge("multiply", "join.in1"),
      ], inputs: ["split"], outputs: ["join", "split"])
    let result = try SequentialExecutor(graph).process(5)
    let split = 17 * 31 + 5
    #expect(result.integers == [[split + 1 - split * 10], [split]])
  }

  @Test func stateLivesOnTheFeedbackEdge() throws {
    let executor = try SequentialExecutor(.runningSum())
    #expect(try [1, 2, 3].map { try executor.process($0).output(as: Int.self) } == [1, 3, 6])
  }

  /// The state comes in by the first port; results still belong to the item of the second.
  @Test func stateMayBeTheFirstPort() throws {
    let sum = Stage.rated("sum", in: [.fixed(1), .fixed(1)], out: [.fixed(1), .fixed(1)]) { firing in
      let sum = try firing.input(0, as: Int.self) + firing.input(1, as: Int.self)
      firing.emit(sum, on: 0)
      firing.emit(sum, on: 1)
    }
    let graph = try Graph(
      "sum", stages: [sum], edges: [Edge("sum.out0", "sum.in0", initialItems: [100])], inputs: ["sum.in1"],
      outputs: ["sum.out1"])
    let executor = try SequentialExecutor(graph)
    #expect(try [1, 2].map { try executor.process($0).output(as: Int.self) } == [101, 103])
  }

  /// Tokens from a source belong to no item, even on the first port.
  @Test func sourceBesideItems() throws {
    let counter = Locked(0)
    let count = Stage.rated("count", in: []) { firing in
      firing.emit(
        counter.withLock {
          $0 += 1
          return $0
        })
    }
    let join = Stage.rated("join", in: [.fixed(1), .fixed(1)]) { firing in
      firing.emit(try 100 * firing.input(0, as: Int.self) + firing.input(1, as: Int.self))
    }
    let graph = try Graph(
      "numbered", stages: [count, join], edges: [Edge("count", "join.in0")], inputs: ["join.in1"],
      outputs: ["join"])
    let executor = try SequentialExecutor(graph)
    #expect(try [7, 8].map { try executor.process($0).output(as: Int.self) } == [107, 208])
  }

  /// A cycle among stages that fire a variable number of times is run until nothing is left.
  @Test func cycleBehindVariableRate() throws {
    let detect = Stage.rated("detect", out: [.upTo(4)]) { firing in
      for index in 0..<4 { firing.emit(index + 1) }
    }
    let track = Stage.rated("track", in: [.fixed(1), .fixed(1)]) { firing in
      firing.emit(try firing.input(0, as: Int.self) + firing.input(1, as: Int.self))
    }
    let graph = try Graph(
      "tracking", stages: [detect, track, Stage("keep") { (x: Int) in x }],
      edges: [
        Edge("detect", "track.in0"), Edge("track", "keep"), Edge("keep", "track.in1", initialItems: [0]),
      ],
      inputs: ["detect"], outputs: ["track"])
    let executor = try SequentialExecutor(graph)
    #expect(try executor.process(0).integers == [[1, 3, 6, 10]])
    #expect(try executor.process(0).integers == [[11, 13, 16, 20]])
  }

  @Test func closedGraphFeedsItself() throws {
    let log = Log()
    let count = Stage.rated("count", in: [.fixed(1)], out: [.fixed(1), .fixed(1)]) { firing in
      let next = try firing.input(as: Int.self) + 1
      firing.emit(next, on: 0)
      firing.emit(next, on: 1)
    }
    let print = Stage.rated("print", out: []) { log.append("\(try $0.input(as: Int.self))") }
    let graph = try Graph(
      "counter", stages: [count, print],
      edges: [Edge("count.out0", "count", initialItems: [0]), Edge("count.out1", "print")])
    let executor = try SequentialExecutor(graph)
    try executor.run(iterations: 2)
    try executor.run(iterations: 1)
    #expect(log.entries == ["1", "2", "3"])
    #expect(throws: RuntimeError.noInputs) { try executor.process(1) }
    #expect(throws: RuntimeError.noInputs) { try executor.process(items: []) }
  }

  @Test func closedGraphStopsAtTheFirstError() throws {
    let fired = Locked(0)
    let graph = try Graph(
      "failing",
      stages: [
        .rated("source", in: []) { firing in
          let count = fired.withLock {
            $0 += 1
            return $0
          }
          if count == 3 { throw StageFailure(3) }
          firing.emit(count)
        }, .rated("sink", out: []),
      ], edges: [Edge("source", "sink")])
    let executor = try SequentialExecutor(graph)
    #expect(throws: StageFailure(3)) { try executor.run(iterations: 10) }
    #expect(throws: StageFailure(3)) { try executor.run(iterations: 10) }
    #expect(fired.withLock { $0 } == 3)
  }

  @Test func refusesWhatDoesntFillAnIteration() throws {
    let graph = try Graph("pairs", chain: [.mixing("pair", in: [2])])
    let executor = try SequentialExecutor(graph)
    #expect(graph.itemsPerIteration == 2)
    #expect(throws: RuntimeError.wrongNumberOfItems(multipleOf: 2, found: 1)) { try executor.process(1) }
    #expect(throws: RuntimeError.wrongNumberOfItems(multipleOf: 2, found: 3)) {
      try executor.process(items: [[1], [2], [3]])
    }
    #expect(throws: RuntimeError.wrongNumberOfInputs(expected: 1, found: 2)) {
      try executor.process(items: [[1], [2, 3]])
    }
    #expect(throws: RuntimeError.wrongNumberOfInputs(expected: 1, found: 0)) {
      try executor.run(iterations: 1)
    }
    #expect(throws: PlanError.severalPlacements(2)) {
      let graph = try Graph("two", chain: [.mixing("a"), .mixing("b")])
      _ = try SequentialExecutor(graph, plan: Plan([Placement(["a"]), Placement(["b"])]))
    }
  }

  /// Tokens that don't make up a firing fail their items, and the next items start clean.
  @Test func incompleteFirings() throws {
    let detect = Stage.rated("detect", out: [.upTo(4)]) { firing in
      for _ in 0..<(try firing.input(as: Int.self)) { firing.emit(1) }
    }
    let graph = try Graph("pairs", chain: [detect, .mixing("pair", in: [2])])
    let executor = try SequentialExecutor(graph)
    let results = try executor.process(items: [[2], [1]])
    #expect(results[0].error == nil)
    #expect(results[0].outputs[0].count == 1)
    #expect(results[1].error as? RuntimeError == .incompleteFiring(stage: "pair"))
    #expect(try executor.process(items: [[2], [2]]).allSatisfy { $0.error == nil })
  }

  @Test func wrongTypesAreErrorsOfTheItem() throws {
    let graph = try Graph(
      "wrong",
      chain: [.rated("lie") { $0.emit("text") }, .rated("believe") { $0.emit(try $0.input(as: Int.self)) }])
    let result = try SequentialExecutor(graph).process(1)
    #expect(
      result.error as? RuntimeError
        == .wrongType(stage: "believe", port: "in", expected: "Int", found: "String"))
    #expect(throws: RuntimeError.self) { try result.output(as: Int.self) }
  }

  @Test func valuesMayBeReadAsWhatTheyConformTo() throws {
    let graph = try Graph(
      "existential",
      chain: [.rated("text") { $0.emit("\(try $0.input(as: (any CustomStringConvertible).self))") }])
    #expect(try SequentialExecutor(graph).process(5).output(as: String.self) == "5")
  }

  @Test(arguments: [
    (port: 1, index: 0, error: RuntimeError.missingInput(stage: "stray", port: 1, index: 0)),
    (port: 0, index: 1, error: .missingInput(stage: "stray", port: 0, index: 1)),
    (port: 0, index: -1, error: .missingInput(stage: "stray", port: 0, index: -1)),
  ])
  func readingBeyondTheInputs(port: Int, index: Int, error: RuntimeError) throws {
    let graph = try Graph(
      "stray", chain: [.rated("stray") { $0.emit(try $0.input(port, at: index, as: Int.self)) }])
    #expect(try SequentialExecutor(graph).process(1).error as? RuntimeError == error)
  }

  @Test(arguments: [(port: 1, index: 0), (port: -1, index: 0), (port: 0, index: 1), (port: 0, index: -1)])
  func emittingBeyondTheOutputs(port: Int, index: Int) throws {
    let graph = try Graph("stray", chain: [.rated("stray") { $0.emit(1, on: port, of: index) }])
    #expect(
      try SequentialExecutor(graph).process(1).error as? RuntimeError
        == .strayEmission(stage: "stray", port: port, index: index))
  }

  @Test(arguments: [0, 1, 3])
  func wrongNumberOfTokens(emitted: Int) throws {
    let graph = try Graph(
      "wrong",
      chain: [
        .rated("wrong", out: [.fixed(2)]) { for _ in 0..<emitted { $0.emit(1) } }, .mixing("next", in: [2]),
      ])
    #expect(
      try SequentialExecutor(graph).process(1).error as? RuntimeError
        == .wrongRate(stage: "wrong", port: "out", rate: "2", emitted: emitted))
  }

  @Test func timesComeFromTheRecorder() throws {
    let time = ManualTime(1_000)
    let graph = try Graph(
      "slow",
      chain: [
        .rated("slow") {
          time.advance(by: 40)
          $0.emit(1)
        }
      ])
    let recorder = Recorder(time: time)
    let result = try SequentialExecutor(graph, recorder: recorder).process(1)
    #expect((result.arrival, result.completion) == (1_000, 1_040))
    #expect(recorder.attribution(of: result, in: graph).stages[0].compute == 40)
  }
}
