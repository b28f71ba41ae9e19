import TestSupport
import Testing

@testable import Dataflow
@testable import Planning

struct SimulationTests {
  private func simulate(
    _ graph: Graph, _ placements: [Placement], on platform: Platform, iterations: Int = 400
  )
    throws -> SimulationResult
  {
    var plan = Plan(placements)
    plan.fitQueues()
    return try Simulation(graph, plan: plan, on: platform, by: platform.declaredCosts).run(
      iterations: iterations)
  }

  private func chain(_ seconds: Double..., cores: Int = 1) throws -> Graph {
    try Graph("chain", chain: seconds.enumerated().map { .declared("s\($0)", $1, cores: cores) })
  }

  @Test func oneWorkerTakesTheSum() throws {
    let result = try simulate(chain(1, 2, 3), [Placement(["s0", "s1", "s2"])], on: .twin())
    #expect(abs(result.throughput - 1.0 / 6) < 1e-9)
    #expect(abs((result.utilisation["cpu"] ?? 0) - 0.5) < 1e-2)
  }

  @Test func theSlowestPlacementDecides() throws {
    let result = try simulate(chain(1, 4), [Placement(["s0"]), Placement(["s1"])], on: .twin())
    #expect(abs(result.throughput - 0.25) < 1e-3)
    #expect(abs((result.utilisation["cpu"] ?? 0) - 5.0 / 8) < 1e-2)
  }

  /// Four workers share two cores.
  @Test func workersShareCores() throws {
    let result = try simulate(chain(2), [Placement(["s0"], instances: 4)], on: .twin(cores: 2))
    #expect(abs(result.throughput - 1) < 0.02)
  }

  /// Two cores at once leave nothing for others; the same work takes both half as long.
  @Test func aFiringOfSeveralCores() throws {
    let result = try simulate(
      chain(2, 6, cores: 2), [Placement(["s0"]), Placement(["s1"])], on: .twin(cores: 2))
    #expect(abs(result.throughput - 0.25) < 0.01)
    #expect(abs((result.utilisation["cpu"] ?? 0) - 1) < 0.01)
  }

  @Test func noMoreIsInFlightThanTheQueueHolds() throws {
    var plan = Plan([Placement(["s0"])])
    plan.queueCapacity = 5
    let platform = Platform.twin()
    let result = try Simulation(chain(1), plan: plan, on: platform, by: platform.declaredCosts)
      .run(iterations: 100)
    // Little's law.
    #expect(result.latency(at: 0.5).map { abs($0 - 5) < 1e-9 } == true)
    #expect(result.latencies.count == 75)
  }

  /// While one worker's data moves the other's is computed.
  @Test func transfersOverlapWithComputing() throws {
    let graph = try Graph("sent", chain: [.declared("s0", 3, bytes: 2)])
    let platform = Platform.twin(gpus: 1, link: Link("cpu", "gpu", bandwidth: 1))
    let one = try simulate(graph, [Placement(["s0"], on: "gpu")], on: platform)
    let two = try simulate(graph, [Placement(["s0"], on: "gpu", instances: 2)], on: platform)
    #expect(abs(one.throughput - 1.0 / 5) < 1e-6)
    #expect(abs(two.throughput - 1.0 / 3) < 1e-3)
    #expect(abs((two.utilisation["link cpu → gpu"] ?? 0) - 2.0 / 3) < 0.01)
  }

  @Test func severalGPUsHaveALinkEach() throws {
    let graph = try Graph("sent", chain: [.declared("s0", 2, bytes: 3)])
    let platform = Platform.twin(gpus: 2, link: Link("cpu", "gpu", bandwidth: 1))
    let result = try simulate(graph, [Placement(["s0"], on: "gpu", instances: 4)], on: platform)
    #expect(abs(result.throughput - 2.0 / 3) < 0.01)
  }

  @Test func batchesFillUnderLoad() throws {
    // A start takes 7 seconds.
    let platform = Platform.twin(gpus: 1, gpu: Roofline(flops: 1, launch: 7))
    let single = try simulate(chain(1), [Placement(["s0"], on: "gpu")], on: platform)
    let batched = try simulate(chain(1), [Placement(["s0"], on: "gpu", batch: 8)], on: platform)
    #expect(abs(single.throughput - 1.0 / 8) < 1e-3)
    #expect(abs(batched.throughput - 8.0 / 15) < 0.01)
  }

  /// Only one item is in flight, so no batch ever fills.
  @Test(arguments: [0.0, 5])
  func aBatchWaitsNoLongerThanItsDelay(delay: Double) throws {
    let platform = Platform.twin(gpus: 1)
    var plan = Plan([Placement(["s0"]), Placement(["s1"], on: "gpu", batch: 8, queueDelay: delay)])
    plan.queueCapacity = 1
    let result = try Simulation(chain(10, 1), plan: plan, on: platform, by: platform.declaredCosts)
      .run(iterations: 40)
    #expect(result.latency(at: 0.5).map { abs($0 - 11 - delay) < 1e-6 } == true)
  }

  @Test func ratesAreKept() throws {
    let graph = try Graph(
      "rates",
      chain: [.declared("split", 1, out: [3]), .declared("each", 1), .declared("join", 1, in: [3])])
    let result = try simulate(graph, [Placement(["split", "each", "join"])], on: .twin())
    #expect(abs(result.throughput - 1.0 / 5) < 1e-6)
    let apart = try simulate(
      graph, [Placement(["split"]), Placement(["each"]), Placement(["join"])], on: .twin(cores: 3))
    #expect(abs(apart.throughput - 1.0 / 3) < 1e-2)
  }

  /// Learner and actor, with parameters that go back over a link.
  @Test func aGraphThatFeedsItself() throws {
    let graph = try Graph(
      "loop",
      stages: [
        .declared("act", 1, needsHost: true, feedback: Work.Traffic(bytes: 3)),
        .declared("learn", 4, bytes: 2),
      ],
      edges: [Edge("act", "learn"), Edge("learn", "act", initialItems: [0])])
    let platform = Platform.twin(
      gpus: 1, gpu: Roofline(flops: 2), link: Link("cpu", "gpu", bandwidth: 1))
    let here = try simulate(graph, [Placement(["act", "learn"])], on: platform)
    let there = try simulate(graph, [Placement(["act", "learn"], devices: ["learn": "gpu"])], on: platform)
    #expect(abs(here.throughput - 1.0 / 5) < 1e-6)
    #expect(abs(there.throughput - 1.0 / (1 + 2 + 2 + 3)) < 1e-6)
    #expect(there.latencies.isEmpty)
  }

  @Test func energy() throws {
    // One of two cores works: 20 W for a second.
    let result = try simulate(chain(1), [Placement(["s0"])], on: .twin(watts: true))
    #expect(result.joules.map { abs($0 - 20) < 0.1 } == true)
    #expect(try simulate(chain(1), [Placement(["s0"])], on: .twin()).joules == nil)
  }

  /// Any graph, by one worker, takes the sum of what its firings take; and again the same.
  @Test func randomGraphs() throws {
    var random = SeededGenerator(seed: 8)
    for _ in 0..<20 {
      let shape = try RandomGraph(stages: 1...6, hasFeedback: true, using: &random).graph
      let times = shape.stages.map { _ in Double(Int.random(in: 1...9, using: &random)) }
      let graph = try shape.replacing(zip(shape.stages, times).map { $0.declaring($1) })
      let placements = [Placement(graph.stages.map(\.name))]
      let first = try simulate(graph, placements, on: .twin(), iterations: 20)
      #expect(try simulate(graph, placements, on: .twin(), iterations: 20) == first)
      let seconds = times.enumerated().reduce(0) {
        $0 + Double(graph.repetitions[$1.offset].count) * $1.element
      }
      #expect(abs(first.throughput * seconds / Double(graph.itemsPerIteration) - 1) < 0.1)
    }
  }

  @Test func saysWhatIsUnknown() throws {
    let graph = try Graph("unknown", chain: [.mixing("s0"), .declared("s1", 1)])
    #expect(throws: SimulationError.self) { try simulate(graph, [Placement(["s0", "s1"])], on: .twin()) }
    let sent = try Graph("sent", chain: [.declared("s0", 1), .declared("s1", 1, bytes: 1)])
    let apart = Platform(devices: Platform.twin(gpus: 1).devices)
    #expect(throws: SimulationError.noWay(stage: "s1", source: "cpu", device: "gpu")) {
      try simulate(sent, [Placement(["s0"]), Placement(["s1"], on: "gpu")], on: apart)
    }
  }
}
