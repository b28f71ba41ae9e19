import TestSupport
import Testing

@testable import Dataflow

/// Errors name the stage and say what to change.
struct GraphValidationTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let stages: [Stage]
    var edges: [Edge] = []
    var inputs: [Endpoint] = []
    var outputs: [Endpoint] = []
    let error: GraphError
    let message: String

    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "no stages", stages: [], error: .noStages, message: "the graph has no stages; add at least one"),
    Case(
      name: "same name", stages: [.mixing("a"), .mixing("a")], error: .duplicateStage("a"),
      message: "two stages are named 'a'; rename one of them"),
    Case(
      name: "no implementation", stages: [Stage("a", inputs: [], outputs: [], implementations: [])],
      error: .noImplementation(stage: "a"), message: "stage 'a' has no implementation; give it at least one"),
    Case(
      name: "unknown stage, misspelt", stages: [.mixing("decode")], inputs: ["decoed"], outputs: ["decode"],
      error: .unknownStage("decoed", nearest: "decode"),
      message: "no stage is named 'decoed'; did you mean 'decode'?"),
    Case(
      name: "unknown stage", stages: [.mixing("decode")], edges: [Edge("decode", "infer")],
      error: .unknownStage("infer", nearest: nil),
      message: "no stage is named 'infer'; name one of the graph's"),
    Case(
      name: "unknown port", stages: [.mixing("a")], inputs: ["a.left"],
      error: .unknownPort(stage: "a", port: "left", direction: .input, available: ["in"]),
      message: "stage 'a' has no input port 'left'; it has 'in'"),
    Case(
      name: "ambiguous port", stages: [.mixing("a", in: [1, 1])], inputs: ["a"],
      error: .ambiguousPort(stage: "a", direction: .input, available: ["in0", "in1"]),
      message: "stage 'a' has 2 input ports ('in0', 'in1'); name one as 'stage.port'"),
    Case(
      name: "no port", stages: [.mixing("a", in: [])], inputs: ["a"],
      error: .ambiguousPort(stage: "a", direction: .input, available: []),
      message: "stage 'a' has no input port; remove what leads there"),
    Case(
      name: "types", stages: [Stage("a") { (x: Int) in "\(x)" }, .mixing("b")], edges: [Edge("a", "b")],
      error: .typeMismatch(source: "a.out", sourceType: "String", target: "b.in", targetType: "Int"),
      message:
        "'b.in' takes Int but 'a.out' gives String; change what one of the two takes or gives, or connect "
        + "another port"),
    Case(
      name: "input not connected", stages: [.mixing("a")], outputs: ["a"],
      error: .unconnectedPort(stage: "a", port: "in", direction: .input),
      message:
        "input port 'in' of stage 'a' is not connected; add an edge or list 'a.in' under the graph's inputs"),
    Case(
      name: "output not connected", stages: [.mixing("a")], inputs: ["a"],
      error: .unconnectedPort(stage: "a", port: "out", direction: .output),
      message:
        "output port 'out' of stage 'a' is not connected; add an edge or list 'a.out' under the graph's outputs"
    ),
    Case(
      name: "fed twice", stages: [.mixing("a"), .mixing("b")], edges: [Edge("a", "b")], inputs: ["a", "b"],
      outputs: ["b"], error: .portUsedTwice(stage: "b", port: "in"),
      message: "input port 'in' of stage 'b' is fed twice; keep one of the edges"),
    Case(
      name: "inconsistent", stages: [.mixing("a", out: [1, 2]), .mixing("b", in: [1, 1])],
      edges: [Edge("a.out0", "b.in0"), Edge("a.out1", "b.in1")], inputs: ["a"], outputs: ["b"],
      error: .inconsistentRates(source: "a.out1", target: "b.in1", produced: "1 × 2", consumed: "1 × 1"),
      message:
        "rates are inconsistent between 'a.out1' and 'b.in1': tokens produced in one iteration: 1 × 2, "
        + "consumed: 1 × 1; change the rate of one of the two ports"),
    Case(
      name: "inconsistent inputs", stages: [.mixing("a", out: [1, 1]), .mixing("b", in: [1, 1])],
      edges: [Edge("a.out0", "b.in0")], inputs: ["a", "b.in1"], outputs: ["a.out1", "b"],
      error: .noStages, message: ""),
    Case(
      name: "variable in a cycle",
      stages: [.rated("a", in: [.fixed(1), .fixed(1)], out: [.upTo(2), .fixed(1)])],
      edges: [Edge("a.out0", "a.in1", initialItems: [1])], inputs: ["a.in0"], outputs: ["a.out1"],
      error: .variableRateInCycle(stage: "a", port: "out0"),
      message: "port 'out0' of stage 'a' has a variable rate inside a cycle; give it a fixed rate"),
    Case(
      name: "starved", stages: [.mixing("a"), .mixing("b"), .mixing("c")],
      edges: [Edge("a", "b"), Edge("b", "c"), Edge("c", "a")], error: .starvedCycle(stages: ["a", "b", "c"]),
      message:
        "the cycle a → b → c → a can't start; put initial items on one of its edges, as many as its target "
        + "takes at once"),
    Case(
      name: "too many", stages: (0...Graph.maximumStages).map { .mixing("s\($0)") },
      error: .tooManyStages(1_025),
      message: "the graph has 1025 stages; use at most 1024"),
  ].filter { !$0.message.isEmpty }

  @Test(arguments: cases)
  func error(_ example: Case) {
    let error = #expect(throws: GraphError.self) {
      try Graph(
        "graph", stages: example.stages, edges: example.edges, inputs: example.inputs,
        outputs: example.outputs)
    }
    #expect(error == example.error)
    #expect(error?.description == example.message)
  }

  /// Two components that items enter at different rates are not independent of each other.
  @Test func inputsTieComponentsTogether() throws {
    let graph = try Graph(
      "two", stages: [.mixing("a", in: [2]), .mixing("b", in: [3])], edges: [], inputs: ["a", "b"],
      outputs: ["a", "b"])
    #expect(graph.repetitions.counts == [3, 2])
    #expect(graph.itemsPerIteration == 6)
  }

  @Test(arguments: [0, -1, Int.min, 1 << 21, 1_000_000_000_000_000_000, Int.max])
  func absurdRates(rate: Int) {
    for stage in [
      Stage.rated("a", in: [.fixed(rate)]), .rated("a", out: [.fixed(rate)]), .rated("a", out: [.upTo(rate)]),
    ] {
      let error = #expect(throws: GraphError.self) { try Graph("absurd", chain: [stage]) }
      guard case .impossibleRate(stage: "a", _, _, _) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  @Test func inputsHaveFixedRates() {
    #expect(
      throws: GraphError.impossibleRate(
        stage: "a", port: "in", rate: .upTo(2),
        reason: "is variable; only outputs can be, give the input a fixed rate")
    ) { try Graph("variable", chain: [.rated("a", in: [.upTo(2)])]) }
  }

  /// Analysis of the largest graph that is allowed takes no time to speak of.
  @Test(.timeLimit(.minutes(60)))
  func largestGraph() throws {
    let stages = (0..<Graph.maximumStages).map { Stage.mixing("s\($0)") }
    let edges = (1..<stages.count).map { Edge(Endpoint(stage: "s\($0)"), Endpoint(stage: "s\($0 - 1)")) }
    let graph = try Graph(
      "long", stages: stages, edges: edges, inputs: [Endpoint(stage: "s\(stages.count - 1)")], outputs: ["s0"]
    )
    #expect(graph.schedule.steps.map(\.stage) == stages.indices.reversed())
  }

  @Test func shapes() {
    func type(_ shape: [Int?]) -> PortType { PortType(Int.self, name: "tensor", shape: shape) }
    #expect(type([1, 3, 224, 224]).fits(type([nil, 3, nil, nil])))
    #expect(type([]).fits(type([3])))
    #expect(!type([3, 224]).fits(type([3, 225])))
    #expect(!type([3]).fits(type([3, 1])))
    #expect(!type([]).fits(PortType(Int.self)))
    #expect(!type([]).fits(PortType(Float.self, name: "tensor")))
    #expect("\(type([nil, 3]))" == "tensor [?, 3]")
  }
}
