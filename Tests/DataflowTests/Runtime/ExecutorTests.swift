import Basics
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Dataflow

@Suite(.timeLimit(.minutes(60)))
struct ExecutorTests {
  /// Whatever the plan, every item gets what the sequential executor gives it.
  @Test(arguments: 0..<60)
  func resultsEqualTheSequentialOnes(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let graph = try RandomGraph(stages: 2...8, hasFeedback: seed.isMultiple(of: 2), using: &random).graph
    let items = graph.randomItems(iterations: 10, using: &random)
    let expected = try SequentialExecutor(graph).process(items: items).map(\.integers)
    for _ in 0..<4 {
      let plan = graph.randomPlan(using: &random)
      let executor = try Executor(graph, plan: plan)
      #expect(try executor.results(of: items).map(\.integers) == expected, "\(plan)")
      #expect(executor.inFlight == 0)
    }
  }

  @Test(arguments: 0..<20)
  func failuresEqualTheSequentialOnes(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let refused = Int.random(in: 2...7, using: &random)
    let stages = (0..<5).map { stage in
      Stage.refusing("s\(stage)") { ($0 + stage).isMultiple(of: refused * 5) }
    }
    let graph = try Graph(
      "diamond", stages: stages + [.mixing("join", in: [1, 1])],
      edges: [
        Edge("s0", "s1"), Edge("s0", "s2"), Edge("s1", "s3"), Edge("s2", "s4"), Edge("s3", "join.in0"),
        Edge("s4", "join.in1"),
      ], inputs: ["s0"], outputs: ["join"])
    let items: [[any Sendable]] = (0..<200).map { _ in [Int.random(in: 0..<1_000, using: &random)] }
    let expected = try SequentialExecutor(graph).process(items: items)
    let executor = try Executor(graph, plan: graph.randomPlan(using: &random))
    let results = try executor.results(of: items)
    #expect(results.map(\.integers) == expected.map(\.integers))
    #expect(results.map { $0.error == nil } == expected.map { $0.error == nil })
    #expect(results.contains { $0.error != nil } && results.contains { $0.error == nil })
  }

  /// Instances overtake each other, but the outputs of each item keep their order.
  @Test func severalInstances() throws {
    let repeated = Stage.rated("repeat", out: [.upTo(30)]) { firing in
      let count = try firing.input(as: Int.self) % 31
      for index in 0..<count { firing.emit(index) }
    }
    let spread = Stage.rated("spread", out: [.fixed(2)]) { firing in
      let value = try firing.input(as: Int.self)
      if value % 5 == 0 { sched_yield() }
      firing.emit(2 * value)
      firing.emit(2 * value + 1)
    }
    let graph = try Graph("replicas", chain: [repeated, spread, Stage("same") { (value: Int) in value }])
    let executor = try Executor(
      graph,
      plan: Plan([
        Placement(["repeat"], instances: 2), Placement(["spread"], instances: 4),
        Placement(["same"], instances: 3),
      ]))
    let results = try executor.results(of: (0..<400).map { [$0] })
    #expect(results.map(\.integers) == (0..<400).map { [Array(0..<(2 * ($0 % 31)))] })
  }

  /// The tokens of a firing that come by different channels belong together, whichever instance takes them.
  @Test func severalInstancesOfAJoin() throws {
    let graph = try Graph(
      "join",
      stages: [
        .mixing("split", out: [1, 1]),
        .rated("join", in: [.fixed(1), .fixed(1)]) { firing in
          let difference = try firing.input(1, as: Int.self) - firing.input(0, as: Int.self)
          if difference != 7 { throw StageFailure(difference) }
          firing.emit(difference)
        },
      ],
      edges: [Edge("split.out0", "join.in0"), Edge("split.out1", "join.in1")], inputs: ["split"],
      outputs: ["join"])
    let executor = try Executor(
      graph, plan: Plan([Placement(["split"]), Placement(["join"], instances: 4)]))
    #expect(try executor.results(of: (0..<10_000).map { [$0] }).allSatisfy { $0.integers == [[7]] })
  }

  // MARK: Bounds

  @Test func memoryStaysBounded() throws {
    let inside = Locked(0)
    let most = Locked(0)
    let enter = Stage("enter") { (value: Int) in
      let count = inside.withLock {
        $0 += 1
        return $0
      }
      most.withLock { $0 = max($0, count) }
      return value
    }
    let leave = Stage("leave") { (value: Int) in
      usleep(50)
      inside.withLock { $0 -= 1 }
      return value
    }
    let graph = try Graph("slow end", chain: [enter, leave])
    let executor = try Executor(
      graph, plan: Plan([Placement(["enter"]), Placement(["leave"])], queueCapacity: 5))
    #expect(try executor.results(of: (0..<200).map { [$0] }).count == 200)
    #expect(most.withLock { $0 } <= 5)
  }

  /// One item that becomes many tokens waits at the next channel; nothing piles up.
  @Test func backpressureWithinAnItem() throws {
    let ahead = Locked((now: 0, most: 0))
    let many = Stage.rated("many", out: [.upTo(1_000)]) { for index in 0..<1_000 { $0.emit(index) } }
    let produce = Stage("produce") { (value: Int) in
      ahead.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      return value
    }
    let consume = Stage("consume") { (value: Int) in
      ahead.withLock { $0.now -= 1 }
      return value
    }
    let graph = try Graph("many", chain: [many, produce, consume])
    let executor = try Executor(
      graph,
      plan: Plan([Placement(["many"]), Placement(["produce"]), Placement(["consume"])], queueCapacity: 4))
    #expect(try executor.results(of: [[1]])[0].outputs[0].count == 1_000)
    // Four in the channel, one before it and one behind it.
    #expect(ahead.withLock { $0.most } <= 6)
  }

  @Test func refusesWhenFull() async throws {
    let hold = Hold()
    let graph = try Graph("hold", chain: [.holding(hold)])
    let executor = try Executor(graph, plan: Plan([Placement(["hold"])], queueCapacity: 2))
    let answers = Locked(0)
    for value in 0..<2 { try executor.trySubmit([value]) { _ in answers.withLock { $0 += 1 } } }
    #expect(throws: RuntimeError.queueFull) { try executor.trySubmit([2]) { _ in } }
    await #expect(throws: RuntimeError.queueFull) { try await executor.process(2) }
    #expect(executor.inFlight == 2)
    hold.open()
    executor.drain()
    #expect(answers.withLock { $0 } == 2)
    #expect(executor.inFlight == 0)
  }

  @Test func refusesWrongItems() throws {
    let executor = try Executor(try Graph("one", chain: [.mixing("a")]))
    #expect(throws: RuntimeError.wrongNumberOfInputs(expected: 1, found: 0)) {
      try executor.submit([]) { _ in }
    }
    #expect(throws: RuntimeError.wrongNumberOfInputs(expected: 1, found: 2)) {
      try executor.trySubmit([1, 2]) { _ in }
    }
    executor.drain()
    #expect(throws: RuntimeError.closed) { try executor.submit([1]) { _ in } }
    #expect(throws: RuntimeError.closed) { try executor.trySubmit([1]) { _ in } }
  }

  // MARK: Ending

  /// Many times, because what matters happens in a moment.
  @Test func drainAnswersEverythingAccepted() throws {
    let graph = try Graph("chain", chain: [.mixing("a"), .mixing("b"), .mixing("c")])
    for round in 0..<200 {
      let instances = 1 + round % 3
      let executor = try Executor(
        graph,
        plan: Plan([Placement(["a"], instances: instances), Placement(["b", "c"], instances: instances)]))
      let accepted = Atomic(0)
      let answered = Atomic(0)
      let submitters = try (0..<4).map { submitter in
        try WorkerThread(name: "submit \(submitter)") {
          do throws(RuntimeError) {
            while true {
              try executor.submit([1]) { result in
                #expect(result.error == nil)
                answered.add(1, ordering: .relaxed)
              }
              accepted.add(1, ordering: .relaxed)
            }
          } catch {
            #expect(error == .closed)
          }
        }
      }
      while answered.load(ordering: .relaxed) < round { sched_yield() }
      executor.drain()
      let atDrain = answered.load(ordering: .relaxed)
      for submitter in submitters { submitter.join() }
      #expect(accepted.load(ordering: .relaxed) == answered.load(ordering: .relaxed))
      #expect(answered.load(ordering: .relaxed) == atDrain)
      #expect(executor.inFlight == 0)
    }
  }

  /// Those who wait at the entrance are turned away, and nobody waits for them.
  @Test func drainWithBlockedSubmitters() throws {
    let hold = Hold()
    let executor = try Executor(
      try Graph("hold", chain: [.holding(hold)]), plan: Plan([Placement(["hold"])], queueCapacity: 1))
    let answers = Atomic(0)
    try executor.submit([0]) { _ in answers.add(1, ordering: .relaxed) }
    let turnedAway = Atomic(0)
    let blocked = try (0..<3).map { index in
      try WorkerThread(name: "blocked") {
        do throws(RuntimeError) {
          try executor.submit([index]) { _ in answers.add(1, ordering: .relaxed) }
        } catch {
          #expect(error == .closed)
          turnedAway.add(1, ordering: .relaxed)
        }
      }
    }
    usleep(20_000)
    let drainer = try WorkerThread(name: "drain") { executor.drain() }
    for thread in blocked { thread.join() }
    #expect(turnedAway.load(ordering: .relaxed) == 3)
    hold.open()
    drainer.join()
    #expect(answers.load(ordering: .relaxed) == 1)
  }

  @Test func cancelFailsWhatWaits() throws {
    let hold = Hold()
    let graph = try Graph("hold", chain: [.holding(hold), .mixing("after")])
    let executor = try Executor(graph, plan: Plan([Placement(["hold"]), Placement(["after"])]))
    let results = Locked<[ItemResult]>([])
    for value in 0..<10 { try executor.submit([value]) { result in results.withLock { $0.append(result) } } }
    hold.waitForFirst()
    let canceller = try WorkerThread(name: "cancel") { executor.cancel() }
    while results.withLock({ $0.count }) < 9 { sched_yield() }
    #expect(results.withLock { $0.allSatisfy { $0.error is CancellationError } })
    hold.open()
    canceller.join()
    #expect(results.withLock { $0.count } == 10)
    #expect(executor.inFlight == 0)
  }

  @Test func cancelledItemIsPassedOver() throws {
    let hold = Hold()
    let fired = Log()
    let graph = try Graph("hold", chain: [.holding(hold), .logging("after", to: fired)])
    let executor = try Executor(graph, plan: Plan([Placement(["hold"]), Placement(["after"])]))
    let results = Locked<[Int: ItemResult]>([:])
    let items = try (0..<3).map { value in
      try executor.submit([value]) { result in results.withLock { $0[value] = result } }
    }
    hold.waitForFirst()
    items[0].cancel()
    items[2].cancel()
    hold.open()
    executor.drain()
    #expect(fired.entries.count == 1)
    let areCancelled = results.withLock { results in
      (0..<3).map { results[$0]?.error is CancellationError }
    }
    #expect(areCancelled == [true, false, true])
  }

  @Test func cancellingTheTaskCancelsTheItem() async throws {
    let hold = Hold()
    let executor = try Executor(try Graph("hold", chain: [.holding(hold), .mixing("after")]))
    let task = Task { try await executor.process(1) }
    hold.waitForFirst()
    task.cancel()
    // The item is at its stage before `process` knows it; a cancelling that comes in between is late.
    try await Task.sleep(for: .milliseconds(200))
    hold.open()
    #expect(try await task.value.error is CancellationError)
    #expect(try await executor.process(2).error == nil)
    executor.drain()
  }

  @Test func cancelledTaskDoesntStart() async throws {
    let executor = try Executor(try Graph("chain", chain: [.mixing("a")]))
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await executor.process(1)
    }
    // The item may be done before its cancelling is noticed; it is answered either way.
    _ = try await task.value
    executor.drain()
  }

  /// Nobody keeps the executor: its threads end, and those who wait are told.
  @Test func lettingGoOfTheExecutor() throws {
    let hold = Hold()
    let results = Locked<[ItemResult]>([])
    do {
      let graph = try Graph("hold", chain: [.holding(hold), .mixing("after")])
      let executor = try Executor(graph, plan: Plan([Placement(["hold"]), Placement(["after"])]))
      for value in 0..<5 { try executor.submit([value]) { result in results.withLock { $0.append(result) } } }
      hold.waitForFirst()
    }
    #expect(results.withLock { $0.count } == 4)
    hold.open()
    while results.withLock({ $0.count }) < 5 { sched_yield() }
  }

  /// The last reference may go away on a worker's thread.
  @Test func lettingGoInACompletion() throws {
    let done = Atomic(false)
    do {
      let executor = try Executor(try Graph("chain", chain: [.mixing("a")]))
      let kept = Locked<Executor?>(executor)
      try executor.submit([1]) { _ in
        kept.withLock { $0 = nil }
        done.store(true, ordering: .releasing)
      }
    }
    while !done.load(ordering: .acquiring) { sched_yield() }
  }

  /// Firings that the end leaves incomplete fail their items, also with several instances.
  @Test(arguments: [1, 3])
  func incompleteFiringsAtTheEnd(instances: Int) throws {
    let detect = Stage.rated("detect", out: [.upTo(1)]) { $0.emit(try $0.input(as: Int.self)) }
    let batch = Stage.rated("batch", in: [.fixed(4)], out: [.fixed(4)]) { firing in
      for index in 0..<firing.count() { firing.emit(try firing.input(at: index, as: Int.self), of: index) }
    }
    let graph = try Graph("batches", chain: [detect, batch])
    let executor = try Executor(
      graph, plan: Plan([Placement(["detect"]), Placement(["batch"], instances: instances)]))
    let results = try executor.results(of: (0..<10).map { [$0] })
    #expect(results.filter { $0.error == nil }.map(\.integers) == (0..<8).map { [[$0]] })
    #expect(
      results.suffix(2).map { $0.error as? RuntimeError }
        == [.incompleteFiring(stage: "batch"), .incompleteFiring(stage: "batch")])
  }

  @Test func noThreadIsLeft() throws {
    for _ in 0..<30 {
      let graph = try Graph("chain", chain: [.mixing("left over"), .mixing("left under")])
      let executor = try Executor(
        graph, plan: Plan([Placement(["left over"], instances: 3), Placement(["left under"])]))
      try executor.submit([1]) { _ in }
      executor.drain()
    }
    // A thread that has been joined stays listed until the kernel has finished with it.
    var left = try threadNames().filter { $0.hasPrefix("left ") }
    for _ in 0..<1000 where !left.isEmpty {
      usleep(10_000)
      left = try threadNames().filter { $0.hasPrefix("left ") }
    }
    #expect(left.isEmpty)
  }

  @Test func threadsAreNamedAfterTheirStages() throws {
    let hold = Hold()
    let executor = try Executor(try Graph("named", chain: [.holding(hold, "a rather long name")]))
    try executor.submit([1]) { _ in }
    hold.waitForFirst()
    #expect(try threadNames().contains("a rather long n\n"))
    hold.open()
    executor.drain()
  }

  // MARK: Graphs without inputs

  @Test(arguments: [false, true])
  func closedGraphRunsUntilTheEnd(cancels: Bool) throws {
    let made = Atomic(0)
    let used = Atomic(0)
    let graph = try Graph(
      "closed",
      chain: [
        .rated("source", in: []) { $0.emit(made.add(1, ordering: .relaxed).newValue) },
        .rated("sink", out: []) { _ in used.add(1, ordering: .relaxed) },
      ])
    let executor = try Executor(
      graph, plan: Plan([Placement(["source"]), Placement(["sink"])], queueCapacity: 3))
    while used.load(ordering: .relaxed) < 100 {
      sched_yield()
    }
    if cancels { executor.cancel() } else { executor.drain() }
    let (all, done) = (made.load(ordering: .relaxed), used.load(ordering: .relaxed))
    #expect(all >= done && all <= done + 6)
    #expect(throws: RuntimeError.noInputs) { try executor.submit([]) { _ in } }
    #expect(executor.failure == nil)
  }

  /// A ring of workers that wait for each other has nobody who could end it, except by the gate.
  @Test func closedRing() throws {
    let rounds = Atomic(0)
    let graph = try Graph(
      "ring",
      stages: [
        Stage("a") { (x: Int) in x + 1 },
        Stage("b") { (x: Int) in
          rounds.store(x, ordering: .relaxed)
          return x
        },
      ],
      edges: [Edge("a", "b"), Edge("b", "a", initialItems: [0])])
    let executor = try Executor(graph, plan: Plan([Placement(["a"]), Placement(["b"])]))
    while rounds.load(ordering: .relaxed) < 100 { sched_yield() }
    executor.drain()
  }

  @Test(arguments: 0..<3)
  func closedGraphStopsAtItsFirstError(failing: Int) throws {
    let stages = (0..<3).map { stage in
      Stage.rated("s\(stage)", in: stage == 0 ? [] : [.fixed(1)], out: stage == 2 ? [] : [.fixed(1)]) {
        firing in
        if stage == failing { throw StageFailure(stage) }
        if stage < 2 { firing.emit(1) }
      }
    }
    let graph = try Graph("failing", chain: stages)
    let executor = try Executor(graph, plan: Plan(stages.map { Placement([$0.name]) }))
    while executor.failure == nil { sched_yield() }
    #expect(executor.failure as? StageFailure == StageFailure(failing))
    executor.drain()
  }

  /// A source goes on until the items that were accepted have been answered.
  @Test func sourceBesideItems() throws {
    let counter = Atomic(0)
    let graph = try Graph(
      "numbered",
      stages: [
        .rated("count", in: []) { $0.emit(counter.add(1, ordering: .relaxed).oldValue) },
        .rated("join", in: [.fixed(1), .fixed(1)]) { firing in
          firing.emit(try firing.input(0, as: Int.self) - firing.input(1, as: Int.self))
        },
      ], edges: [Edge("count", "join.in0")], inputs: ["join.in1"], outputs: ["join"])
    let executor = try Executor(
      graph, plan: Plan([Placement(["count"]), Placement(["join"])], queueCapacity: 50))
    #expect(try executor.results(of: (0..<300).map { [$0] }).allSatisfy { $0.integers == [[0]] })
  }

  /// State that goes round by another worker.
  @Test func feedbackBetweenWorkers() throws {
    let graph = try Graph(
      "loop",
      stages: [
        .rated("add", in: [.fixed(1), .fixed(1)]) { firing in
          firing.emit(try firing.input(0, as: Int.self) + firing.input(1, as: Int.self))
        }, Stage("keep") { (x: Int) in x },
      ], edges: [Edge("add", "keep"), Edge("keep", "add.in1", initialItems: [0])], inputs: ["add.in0"],
      outputs: ["keep"])
    let executor = try Executor(
      graph, plan: Plan([Placement(["add"]), Placement(["keep"])], queueCapacity: 4))
    let results = try executor.results(of: (0..<200).map { [$0] })
    #expect(results.map(\.integers) == (0..<200).map { [[$0 * ($0 + 1) / 2]] })
    #expect(executor.failure == nil)
  }

  @Test func aFailingInstanceLeavesNothingBehind() throws {
    let graph = try Graph(
      "failing",
      chain: [
        .mixing("fine"),
        Stage(
          "broken", inputs: [Port("in", PortType(Int.self))], outputs: [Port("out", PortType(Int.self))],
          implementations: [Implementation("cpu", on: .cpu) { _ in throw StageFailure(5) }]),
      ])
    #expect(throws: StageFailure(5)) { try Executor(graph) }
    #expect(throws: StageFailure(5)) { try SequentialExecutor(graph) }
  }

  /// Several submitters, several instances, failures and cancelling, all at once: everything is answered once.
  @Test func stress() throws {
    let graph = try Graph(
      "stress",
      chain: [
        .refusing("refuse") { $0 % 17 == 0 },
        .rated("repeat", out: [.upTo(3)]) { firing in
          let value = try firing.input(as: Int.self)
          for _ in 0..<(value % 4 == 3 ? 0 : value % 4) { firing.emit(value) }
        }, .refusing("refuse more") { $0 % 13 == 0 }, .mixing("end"),
      ])
    let executor = try Executor(
      graph,
      plan: Plan(
        [
          Placement(["refuse", "repeat"], instances: 3), Placement(["refuse more"], instances: 2),
          Placement(["end"], instances: 2),
        ], queueCapacity: 7))
    let answers = Locked<[Int: Int]>([:])
    let submitters = try (0..<4).map { submitter in
      try WorkerThread(name: "submit") {
        for index in 0..<1_000 {
          let value = submitter * 1_000 + index
          let item = try? executor.submit([value]) { result in
            answers.withLock { $0[value, default: 0] += 1 }
            let isExpected = result.outputs[0].count == (value % 4 == 3 ? 0 : value % 4)
            #expect(result.error != nil || isExpected)
          }
          if index % 29 == 0 { item?.cancel() }
        }
      }
    }
    for submitter in submitters { submitter.join() }
    executor.drain()
    #expect(answers.withLock { $0.count } == 4_000)
    #expect(answers.withLock { $0.values.allSatisfy { $0 == 1 } })
  }
}

/// A stage that waits until the test lets it go.
private final class Hold: Sendable {
  private let isOpen = Atomic(false)
  private let hasArrived = Atomic(false)

  func open() { isOpen.store(true, ordering: .releasing) }

  func waitForFirst() {
    while !hasArrived.load(ordering: .acquiring) { usleep(100) }
  }

  func pass() {
    hasArrived.store(true, ordering: .releasing)
    while !isOpen.load(ordering: .acquiring) { usleep(100) }
  }
}

extension Stage {
  fileprivate static func holding(_ hold: Hold, _ name: String = "hold") -> Stage {
    Stage(name) { (value: Int) in
      hold.pass()
      return value
    }
  }
}

extension Executor {
  /// Submits everything, drains, and gives the answers in the items' order.
  func results(of items: [[any Sendable]]) throws -> [ItemResult] {
    let results = Locked<[Int: ItemResult]>([:])
    for (index, item) in items.enumerated() {
      try submit(item) { result in results.withLock { $0[index] = result } }
    }
    drain()
    return try results.withLock { results in try items.indices.map { try #require(results[$0]) } }
  }
}

extension Graph {
  /// The stages dealt to some placements at random, which don't wait for each other in a circle.
  func randomPlan(using random: inout SeededGenerator) -> Plan {
    while true {
      let parts = Int.random(in: 1...stages.count, using: &random)
      var placements = Array(repeating: [String](), count: parts)
      for stage in stages { placements[Int.random(in: 0..<parts, using: &random)].append(stage.name) }
      let plan = Plan(
        placements.filter { !$0.isEmpty }.map { Placement($0) },
        queueCapacity: Int.random(in: 1...40, using: &random))
      if (try? plan.resolve(self, on: .local)) != nil { return plan }
    }
  }
}

/// The names of the process's threads, as the system lists them: at most 15 characters and a newline.
private func threadNames() throws -> [String] {
  let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").compactMap {
    try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)
  }
  try #require(!names.isEmpty)
  return names
}
