import Basics
import Dataflow
import Planning
import Testing

// Begin: example.

/// What the best plan for two cores and a GPU that is only described would give: items a second, predicted and simulated.
func planned() throws -> (plan: Plan, predicted: Double, simulated: Double) {
  let machine = try Platform(
    ConfigurationNode(
      yaml: """
        devices:
          cpu: {kind: cpu, flops: 50e9, cores: 2}
          gpu: {kind: gpu, flops: 1e12, launch: 10e-6}
        links:
          - {between: [cpu, gpu], bandwidth: 10e9, latency: 5e-6}
        """, file: "machine"))
  func stage(_ name: String, flops: Double) -> Stage {
    let port = PortType([Float].self)
    return Stage(
      name, inputs: [Port("in", port)], outputs: [Port("out", port)], implementations: [.cpu { _ in }],
      work: { _ in Work([Work.Kernel(flops: flops)], input: Work.Traffic(bytes: 600_000)) })
  }
  let graph = try Graph("network", chain: [stage("prepare", flops: 1e6), stage("infer", flops: 8e9)])
  let costs = DeclaredCosts(machine, for: Footprint("224 × 224", size: 150_528))
  let planner = Planner(graph, on: machine, by: costs)
  let chosen = try planner.plan(for: .throughput)
  let simulated = try Simulation(planner, plan: chosen.plan).run()
  return (chosen.plan, chosen.prediction.throughput, simulated.throughput)
}

// End: example.

struct LandingPageTests {
  @Test func example() throws {
    let (plan, predicted, simulated) = try planned()
    #expect(plan.placements.contains { $0.stages.contains("infer") && $0.device(of: "infer") == "gpu" })
    #expect(abs(predicted / simulated - 1) < 0.1)
  }
}
