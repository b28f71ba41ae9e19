import TestSupport
import Testing

@testable import Dataflow

struct PlanTests {
  private static let chain = ["a", "b", "c"]
  private static let devices = Platform.whole.devices.map(\.name)

  private func error(_ plan: Plan, for graph: Graph) -> PlanError? {
    do {
      _ = try plan.resolve(graph, on: .local)
      return nil
    } catch { return error as? PlanError }
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let plan: Plan
    let error: PlanError
    let message: String

    var testDescription: String { message }
  }

  @Test(arguments: [
    Case(
      plan: Plan([Placement(["a", "b"])]), error: .unplacedStage("c"),
      message: "the plan places stage 'c' nowhere"),
    Case(
      plan: Plan([Placement(["a", "b"]), Placement(["b", "c"])]), error: .placedTwice("b"),
      message: "the plan places stage 'b' twice"),
    Case(
      plan: Plan([Placement(["first", "b"])]), error: .unknownStage("first", nearest: nil),
      message: "the plan places a stage 'first' that the graph doesn't have"),
    Case(
      plan: Plan([Placement(chain, on: "gpu")]), error: .unknownDevice("gpu", available: devices),
      message: "there is no device 'gpu'; there is \(devices.joined(separator: ", "))"),
    Case(
      plan: Plan([Placement(chain, implementations: ["b": "avx2"])]),
      error: .noImplementation(stage: "b", device: "cpu", name: "avx2"),
      message: "stage 'b' has no implementation 'avx2' for device 'cpu'"),
    Case(
      plan: Plan([Placement(chain, implementations: ["d": "cpu"])]), error: .unknownStage("d", nearest: nil),
      message: "the plan places a stage 'd' that the graph doesn't have"),
    Case(
      plan: Plan([Placement([]), Placement(chain)]), error: .emptyPlacement,
      message: "a placement has no stages; give it one or leave it out"),
    Case(
      plan: Plan([Placement(chain, instances: 0)]), error: .instances(0, stage: "a"),
      message: "the placement of stage 'a' has 0 instances; use 1 to 1024"),
    Case(
      plan: Plan([Placement(chain, instances: 1_000_000_000)]), error: .instances(1_000_000_000, stage: "a"),
      message: "the placement of stage 'a' has 1000000000 instances; use 1 to 1024"),
    Case(
      plan: Plan([Placement(chain)], queueCapacity: 0), error: .queueCapacity(0),
      message: "the plan's queue capacity is 0; use 1 to 1048576"),
    Case(
      plan: Plan([Placement(chain)], queueCapacity: Int.max), error: .queueCapacity(Int.max),
      message: "the plan's queue capacity is \(Int.max); use 1 to 1048576"),
    Case(
      plan: Plan([Placement(["a", "c"]), Placement(["b"])]),
      error: .circularPlacements(stages: ["a", "c", "b"]),
      message:
        "the placement of a, c, b waits for itself through another one; keep the stages between them together"
    ),
  ])
  func errors(example: Case) throws {
    let graph = try Graph("chain", chain: Self.chain.map { .mixing($0) })
    let error = error(example.plan, for: graph)
    #expect(error == example.error)
    #expect(error?.description == example.message)
  }

  @Test func statefulStagesHaveOneInstance() throws {
    let graph = try Graph("state", chain: [.mixing("a"), .mixing("b", isStateful: true)])
    #expect(error(Plan([Placement(["a", "b"], instances: 2)]), for: graph) == .statefulReplica(stage: "b"))
    #expect(error(Plan([Placement(["a"], instances: 2), Placement(["b"])]), for: graph) == nil)
  }

  /// State on a feedback edge inside a placement would be as many states as instances.
  @Test func feedbackInsideAReplica() throws {
    let graph = try Graph.runningSum()
    #expect(error(Plan([Placement(["sum"], instances: 2)]), for: graph) == .statefulReplica(stage: "sum"))
  }

  @Test func replicasMustntReorderWhatMeetsAgain() throws {
    let diamond = try Graph(
      "diamond",
      stages: [
        .mixing("before"), .mixing("split", out: [1, 1]), .mixing("b"), .mixing("join", in: [1, 1]),
        .mixing("after"),
      ],
      edges: [
        Edge("before", "split"), Edge("split.out0", "b"), Edge("b", "join.in0"),
        Edge("split.out1", "join.in1"),
        Edge("join", "after"),
      ], inputs: ["before"], outputs: ["after"])
    func plan(_ replica: [String]) -> Plan {
      let rest = diamond.stages.map(\.name).filter { !replica.contains($0) }
      return Plan([Placement(replica, instances: 2)] + rest.map { Placement([$0]) })
    }
    #expect(error(plan(["b"]), for: diamond) == .replicaBeforeJoin(stage: "b", join: "join"))
    #expect(error(plan(["before"]), for: diamond) == .replicaBeforeJoin(stage: "before", join: "join"))
    #expect(error(plan(["join"]), for: diamond) == nil)
    #expect(error(plan(["after"]), for: diamond) == nil)
    #expect(error(plan(["split", "b", "join"]), for: diamond) == nil)
  }

  @Test func replicasMustntReorderTokensOfAnItem() throws {
    let regroup = try Graph(
      "regroup", chain: [.mixing("spread", out: [4]), .mixing("same"), .mixing("sum", in: [4])])
    let plan = Plan([Placement(["spread"], instances: 2), Placement(["same"]), Placement(["sum"])])
    #expect(error(plan, for: regroup) == .replicaBeforeJoin(stage: "spread", join: "sum"))
    let batch = try Graph(
      "batch", chain: [.mixing("spread"), .mixing("same"), .mixing("sum", in: [4], out: [4])])
    #expect(error(plan, for: batch) == nil)
  }

  @Test func onlyStagesInFixedProportionShareAPlacement() throws {
    let graph = try Graph(
      "faces",
      chain: [.mixing("decode"), .rated("detect", out: [.upTo(9)]), .mixing("crop"), .mixing("embed")])
    let together = Plan([Placement(["decode", "embed"]), Placement(["detect", "crop"])])
    #expect(error(together, for: graph) == .unrelatedRates(stages: ["decode", "embed"]))
    #expect(
      error(Plan([Placement(["decode", "detect"]), Placement(["crop", "embed"])]), for: graph) == nil)
    #expect(error(.fused(graph), for: graph) == nil)
  }

  /// Taking a whole iteration at once can need more initial items than the graph's own schedule does.
  @Test(arguments: [(initial: 1, fits: false), (initial: 2, fits: true)])
  func circleWithInitialItems(initial: Int, fits: Bool) throws {
    let graph = try Graph(
      "circle",
      stages: [.mixing("spread", out: [2, 2]), .mixing("back"), .mixing("join", in: [1, 1])],
      edges: [
        Edge("spread.out0", "join.in0"), Edge("spread.out1", "back"),
        Edge("back", "join.in1", initialItems: Array(repeating: 0, count: initial)),
      ], inputs: ["spread"], outputs: ["join"])
    let plan = Plan([Placement(["spread", "join"]), Placement(["back"])])
    #expect(
      error(plan, for: graph) == (fits ? nil : .circularPlacements(stages: ["spread", "join", "back"])))
  }

  @Test func overlapping() throws {
    func stage(_ name: String, _ parallelism: Implementation.Parallelism, isStateful: Bool = false) -> Stage {
      Stage(
        name, inputs: [Port("in", PortType(Int.self))], outputs: [Port("out", PortType(Int.self))],
        isStateful: isStateful,
        implementations: [
          Implementation("x", on: .cpu, parallelism: parallelism) { _ in throw StageFailure() }
        ])
    }
    let device = CPUDevice(model: "m", cores: 3, vectorBits: 0, memoryBytes: 0)
    // Listed in another order than they are connected.
    let graph = try Graph(
      "serving", stages: [stage("infer", .device), stage("decode", .core), stage("resize", .core)],
      edges: [Edge("decode", "resize"), Edge("resize", "infer")], inputs: ["decode"], outputs: ["infer"])
    #expect(
      Plan.overlapping(graph, on: device)
        == Plan([Placement(["decode", "resize"], instances: 3), Placement(["infer"])]))
    #expect(
      "\(Plan.overlapping(graph, on: device))" == "[decode → resize] on cpu × 3 ⇒ [infer] on cpu")

    let tree = try Graph(
      "tree", stages: [stage("a", .core), stage("b", .device), stage("c", .device)],
      edges: [Edge("a", "b"), Edge("a", "c")], inputs: ["a"], outputs: ["b", "c"])
    #expect(Plan.overlapping(tree, on: device) == .fused(tree))
    let stateful = try Graph("state", chain: [stage("a", .core, isStateful: true), stage("b", .device)])
    #expect(Plan.overlapping(stateful, on: device) == .fused(stateful))
    let light = try Graph("light", chain: [stage("a", .core), stage("b", .core)])
    #expect(Plan.overlapping(light, on: device) == Plan([Placement(["a", "b"], instances: 3)]))
    let regrouped = try Graph(
      "regrouped",
      chain: [
        .mixing("spread", out: [4]), stage("light", .core), stage("heavy", .device), .mixing("sum", in: [4]),
      ])
    #expect(Plan.overlapping(regrouped, on: device) == .fused(regrouped))
  }
}
