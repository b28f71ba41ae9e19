import TestSupport
import Testing

@testable import Dataflow

/// Some of a graph's stages, with the plan for them.
@Suite struct PlanPartTests {
  private let graph: Graph
  private let plan = Plan([
    Placement(["double", "halve"], implementations: ["halve": "cpu"], instances: 2),
    Placement(["negate"], batch: 4, queueDelay: 0.001),
  ])

  init() throws {
    graph = try Graph(
      "chain",
      chain: [
        Stage("double") { (value: Int) in value * 2 }, Stage("halve") { (value: Int) in value / 2 },
        Stage("negate") { (value: Int) in -value },
      ])
  }

  @Test func cutEdgesAreThePartsBorder() throws {
    let rest = try graph.part("rest", of: ["negate", "halve"])
    #expect(rest.stages.map(\.name) == ["halve", "negate"] && rest.inputs.count == 1)
    let executor = try SequentialExecutor(rest, plan: plan.part(of: ["halve", "negate"]).sequential())
    #expect(try executor.process(10).output(as: Int.self) == -5)
    let first = try graph.part("first", of: ["double"])
    #expect(try SequentialExecutor(first).process(10).output(as: Int.self) == 20)
  }

  @Test func partOfAPlan() {
    let part = plan.part(of: ["negate", "halve"])
    #expect(
      part.placements == [
        Placement(["halve"], implementations: ["halve": "cpu"], instances: 2),
        Placement(["negate"], batch: 4, queueDelay: 0.001),
      ])
    #expect(
      part.sequential(batch: 3).placements == [
        Placement(["halve", "negate"], implementations: ["halve": "cpu"], batch: 3)
      ])
  }

  @Test func fillsAllCores() throws {
    let platform = Platform(devices: [CPUDevice.twoCores])
    #expect(plan.filling(platform, with: graph.stages[2]).placements.map(\.instances) == [2, 2])
    #expect(plan.filling(platform, with: graph.stages[0]).placements.map(\.instances) == [2, 1])
    let oneCore = CPUDevice(model: "test", cores: 1, vectorBits: 64, memoryBytes: 1 << 30)
    #expect(plan.filling(Platform(devices: [oneCore]), with: graph.stages[2]) == plan)
  }
}
