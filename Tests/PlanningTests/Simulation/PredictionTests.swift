import TestSupport
import Testing

@testable import Dataflow
@testable import Planning

/// Two ways to the same figure: the planner's bounds, and what happens event by event.
struct PredictionTests {
  private static func random(_ seed: Int) throws -> (Graph, Platform) {
    var random = SeededGenerator(seed: seed)
    func number(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
    var stages: [Stage] = []
    for index in 0..<Int.random(in: 1...5, using: &random) {
      stages.append(
        .declared(
          "s\(index)", number(0.1...5), cores: index == 2 ? 2 : 1, needsHost: number(0...4) < 1,
          bytes: number(0...2)))
    }
    let platform = Platform.twin(
      cores: Int.random(in: 1...4, using: &random), gpus: Int.random(in: 0...2, using: &random),
      gpu: Roofline(flops: number(1...8), launch: number(0...1)),
      link: Link("cpu", "gpu", bandwidth: number(0.5...8), latency: 0.05), watts: true)
    return (try Graph("random", chain: stages), platform)
  }

  @Test(arguments: 0..<60)
  func theBestPlanDoesWhatIsPredicted(seed: Int) throws {
    let (graph, platform) = try Self.random(seed)
    let planner = Planner(graph, on: platform, by: platform.declaredCosts)
    let chosen = try planner.plan(for: .throughput)
    let result = try Simulation(planner, plan: chosen.plan).run()
    let error = abs(chosen.prediction.throughput - result.throughput) / result.throughput
    #expect(error < 0.02, "\(chosen.plan): \(chosen.prediction) against \(result.throughput)")
    #expect(try planner.prediction(of: chosen.plan) == chosen.prediction)
    // Where another device is wanted, it is not a plan to choose from.
    for entry in PlanDocument(chosen).stages {
      for device in platform.devices where device.name != entry.device {
        var other = planner
        other.placed = [entry.stage: device.name]
        #expect((try? other.prediction(of: chosen.plan)) ?? nil == nil)
      }
    }
  }

  @Test func noLargerBatchesThanAreNeeded() throws {
    let graph = try Graph("chain", chain: [.declared("host", 10, needsHost: true), .declared("network", 1)])
    func plan(launch: Double) throws -> ChosenPlan {
      let platform = Platform.twin(cores: 1, gpus: 1, gpu: Roofline(flops: 1, launch: launch))
      return try Planner(graph, on: platform, by: platform.declaredCosts).plan(for: .throughput)
    }
    // Both on the GPU would be too slow in one worker, and the host's alone takes 10.
    #expect(try plan(launch: 5).plan.placements.map(\.batch) == [1, 1])
    // 30 + n for n items: with 4 it is less than 40.
    let many = try plan(launch: 30)
    #expect(many.plan.placements.map(\.batch) == [1, 4])
    #expect(many.prediction.latency == 10 + 34)
    #expect(many.plan.queueCapacity >= 4 * 4)
  }

  @Test func stagesOfOneMemoryStayTogether() throws {
    func devices(_ memory: String?) throws -> [String] {
      let graph = try Graph(
        "loop",
        stages: [
          .declared("act", 1, needsHost: true), .declared("insert", 1, memory: memory),
          .declared("sample", 30, bytes: 1, memory: memory),
        ],
        edges: [Edge("act", "insert"), Edge("insert", "sample"), Edge("sample", "act", initialItems: [0])])
      // Starting takes longer than inserting.
      let platform = Platform.twin(gpus: 1, gpu: Roofline(flops: 10, launch: 2))
      var planner = Planner(graph, on: platform, by: platform.declaredCosts)
      planner.isOneWorker = true
      let placement = try planner.plan(for: .throughput).plan.placements[0]
      return ["insert", "sample"].map { placement.device(of: $0) }
    }
    #expect(try devices(nil) == ["cpu", "gpu"])
    #expect(try devices("replay") == ["gpu", "gpu"])
  }

  @Test func plansSayThatTheyAreDeclared() throws {
    let graph = try Graph("one", chain: [.declared("s0", 1)])
    let platform = Platform.twin(gpus: 1, gpu: Roofline(flops: 8, launch: 1), watts: true)
    let chosen = try Planner(graph, on: platform, by: platform.declaredCosts).plan(for: .throughput)
    let document = PlanDocument(chosen)
    #expect(document.platform == "twin")
    #expect(document.calibrated == false)
    #expect(document.predicted?.energy == "modelled")
    #expect(document.plan == chosen.plan)
    #expect(document.stages[0].batch > 1)
    #expect(document.stages[0].queueDelay == 0)
  }

  @Test func batchesThatCannotBe() throws {
    let graph = try Graph("one", chain: [.mixing("s0")])
    #expect(throws: PlanError.batchOfFeedback(stage: "sum")) {
      _ = try Executor(.runningSum(), plan: Plan([Placement(["sum"], batch: 2)]))
    }
    #expect(throws: PlanError.queueDelay(-1, stage: "s0")) {
      _ = try Executor(graph, plan: Plan([Placement(["s0"], batch: 2, queueDelay: -1)]))
    }
    #expect(throws: PlanError.batch(0, stage: "s0")) {
      _ = try Executor(graph, plan: Plan([Placement(["s0"], batch: 0)]))
    }
  }
}
