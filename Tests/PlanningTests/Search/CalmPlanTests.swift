import Testing

@testable import Dataflow
@testable import Planning

/// Of plans with the same throughput, the one that others on the machine disturb least.
struct CalmPlanTests {
  /// A network on one core of two, or on both.
  private struct Costs: CostModel {
    let alone, spread: Double

    func compute(_ candidate: Candidate, batch: Int, workers: Int) -> Estimate? {
      let seconds = candidate.implementation.name == "alone" ? alone : spread
      return Estimate(seconds: seconds, provenance: .measured)
    }
    func fetch(_ candidate: Candidate, from source: any Device, batch: Int) -> Estimate? { nil }
    func feedback(_ candidate: Candidate, from source: any Device) -> Estimate? { nil }
    func batches(_ candidate: Candidate) -> [Int] { [1] }
    var overhead: Double { 0 }
    var agreements: [Calibration.Agreement] { [] }
    var ignorance: String { "" }
  }

  @Test(arguments: [
    (0.080, "alone", 2), (0.082, "alone", 2), (0.084, "spread", 1), (0.200, "spread", 1),
  ])
  func instancesSideBySideRatherThanOneOnSeveralCores(seconds: Double, name: String, instances: Int) throws {
    func implementation(_ name: String, _ parallelism: Implementation.Parallelism) -> Implementation {
      Implementation(name, on: .cpu, parallelism: parallelism) { _ in throw CancellationError() }
    }
    let network = Stage(
      "network", inputs: [Port("in", PortType(Int.self))], outputs: [Port("out", PortType(Int.self))],
      implementations: [implementation("alone", .core), implementation("spread", .cores(2))])
    let device = CPUDevice(model: "", cores: 2, vectorBits: 0, memoryBytes: 0)
    let planner = Planner(
      try Graph("serving", chain: [network]), on: Platform(devices: [device]),
      by: Costs(alone: seconds, spread: 0.040))
    let placement = try planner.plan(for: .throughput).plan.placements[0]
    #expect(placement.implementations["network"] == name && placement.instances == instances)
    // One that is alone is done sooner on both.
    #expect(try planner.plan(for: .latency).plan.placements[0].implementations["network"] == "spread")
  }
}
