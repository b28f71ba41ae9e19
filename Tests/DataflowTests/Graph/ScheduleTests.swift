import Basics
import TestSupport
import Testing

@testable import Dataflow

struct ScheduleTests {
  private typealias Step = Schedule.Step

  @Test func chainFiresInOrder() throws {
    let graph = try Graph(
      "A-B-C",
      stages: [
        .mixing("C", in: [2], out: []), .mixing("B", in: [3], out: [1]), .mixing("A", in: [], out: [2]),
      ],
      edges: [Edge("A", "B"), Edge("B", "C")])
    #expect(
      graph.schedule.steps == [
        Step(stage: 2, count: .times(3)), Step(stage: 1, count: .times(2)), Step(stage: 0, count: .times(1)),
      ])
  }

  @Test func selfLoopWithStateFiresOncePerToken() throws {
    let graph = try Graph(
      "counter", stages: [.mixing("count", in: [1, 1], out: [1, 1])],
      edges: [Edge("count.out1", "count.in1", initialItems: [0])], inputs: ["count.in0"],
      outputs: ["count.out0"])
    #expect(graph.repetitions.counts == [1])
    #expect(graph.schedule.steps == [Step(stage: 0, count: .times(1))])
  }

  @Test func cycleWithoutInitialItemsStarves() {
    #expect(throws: GraphError.starvedCycle(stages: ["A", "B"])) {
      try Graph("loop", stages: [.mixing("A"), .mixing("B")], edges: [Edge("A", "B"), Edge("B", "A")])
    }
  }

  /// The rates are consistent and there are initial items, but too few.
  @Test func cycleWithTooFewInitialItemsStarves() {
    #expect(throws: GraphError.starvedCycle(stages: ["A", "B"])) {
      try Graph(
        "loop", stages: [.mixing("A", in: [3], out: [2]), .mixing("B", in: [2], out: [3])],
        edges: [Edge("A", "B"), Edge("B", "A", initialItems: [1, 2])])
    }
  }

  @Test func cycleBehindVariableRateStarvesToo() {
    #expect(throws: GraphError.starvedCycle(stages: ["A", "B"])) {
      try Graph(
        "loop",
        stages: [
          .rated("detect", out: [.upTo(4)]), .mixing("A", in: [1, 1]), .mixing("B", in: [1], out: [1, 1]),
        ],
        edges: [Edge("detect", "A.in0"), Edge("A", "B"), Edge("B.out0", "A.in1")], inputs: ["detect"],
        outputs: ["B.out1"])
    }
  }

  @Test func stagesOfVariableCountComeLast() throws {
    let graph = try Graph(
      "faces", stages: [.rated("detect", out: [.upTo(4), .fixed(1)]), .mixing("crop"), .mixing("count")],
      edges: [Edge("detect.out0", "crop"), Edge("detect.out1", "count")], inputs: ["detect"],
      outputs: ["crop", "count"])
    #expect(
      graph.schedule.steps == [
        Step(stage: 0, count: .times(1)), Step(stage: 2, count: .times(1)),
        Step(stage: 1, count: .whileAvailable),
      ])
  }

  /// Firing the schedule once never needs a token that isn't there, and leaves every edge as it was.
  @Test(arguments: 0..<200)
  func randomGraphsReturnToTheirInitialState(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let graph = try RandomGraph(stages: 2...12, hasFeedback: true, using: &random).graph
    var tokens = graph.connections.map(\.initialItems.count)
    var firings = graph.stages.map { _ in 0 }
    for step in graph.schedule.steps {
      guard case .times(let count) = step.count else {
        Issue.record("fixed rates give a static schedule")
        continue
      }
      firings[step.stage] += count
      for (edge, connection) in graph.connections.enumerated() where connection.target.stage == step.stage {
        tokens[edge] -= count * graph.topology.inputRate(connection)
        if connection.source.stage == step.stage {
          tokens[edge] += count * graph.topology.outputRate(connection).maximum
        }
        #expect(tokens[edge] >= 0)
      }
      for (edge, connection) in graph.connections.enumerated()
      where connection.source.stage == step.stage && connection.target.stage != step.stage {
        tokens[edge] += count * graph.topology.outputRate(connection).maximum
      }
    }
    #expect(tokens == graph.connections.map(\.initialItems.count))
    #expect(firings == graph.repetitions.counts)
    #expect(firings.reduce(0, greatestCommonDivisor) == 1)
  }
}
