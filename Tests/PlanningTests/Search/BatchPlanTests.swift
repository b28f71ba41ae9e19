import Foundation
import TestSupport
import Testing

@testable import Dataflow
@testable import Planning

/// A network that takes longer to begin than for each item: real threads, real plans.
private struct BatchWorkload: Workload {
  let graph: Graph
  let footprints = [Footprint("usual", size: 1), Footprint("other", size: 2)]
  var signature: String { "batches" }

  init() throws {
    let ports = ([Port("in", PortType(Int.self))], [Port("out", PortType(Int.self))])
    let network = Stage(
      "network", inputs: ports.0, outputs: ports.1,
      implementations: [
        .cpu("batched", maximumBatchSize: .max) { firing in
          Thread.sleep(forTimeInterval: 0.010 + 0.001 * Double(firing.count()))
          for index in 0..<firing.count() {
            firing.emit(try firing.input(at: index, as: Int.self), of: index)
          }
        }
      ])
    let prepare = Stage("prepare") { (value: Int) in
      Thread.sleep(forTimeInterval: 0.001)
      return value
    }
    graph = try Graph("batches", chain: [prepare, network])
  }

  func start(_ plan: Plan, on platform: Platform, for footprint: Footprint) throws -> any WorkloadRun {
    try ProbeRun(graph, plan: plan, on: platform, inputs: [[1]])
  }
}

/// Batches of real devices are planned by what was measured of them.
struct BatchPlanTests {
  private static let platform = Platform(devices: [CPUDevice.twoCores])
  private let workload: BatchWorkload
  private let calibration: Calibration

  init() throws {
    workload = try BatchWorkload()
    var calibrator = Calibrator(workload, on: Self.platform)
    calibrator.slice = 0.02
    calibrator.rounds = 1...2
    calibration = try calibrator.calibrate()
  }

  private func planner(_ calibration: Calibration, size: Double = 1) -> Planner {
    Planner(workload, on: Self.platform, by: calibration, for: Footprint("", size: size))
  }

  @Test func measuresBatchesOfWhatTakesThem() throws {
    func model(_ stage: String, _ implementation: String) -> PerformanceModel? {
      calibration.model(of: .init(stage: stage, implementation: implementation, device: "cpu"))
    }
    let network = try #require(model("network", "batched"))
    #expect(Set(network.points.map(\.batch)) == [1, 2, 8])
    #expect(Set(try #require(model("prepare", "cpu")).points.map(\.batch)) == [1])
    func seconds(_ batch: Int) -> Double? {
      network.estimate(for: Footprint("", size: 1), batch: batch, workers: 1)?.seconds
    }
    // Sleeps are never too short; of a batch they are far from eight times one.
    #expect(try #require(seconds(8)) >= 0.018 && seconds(8) ?? 1 < 8 * (seconds(1) ?? 0))
    #expect(try #require(seconds(6)) > #require(seconds(4)))
    #expect(seconds(9) == nil)
  }

  @Test func theBestBatchIsChosenAndDoesWhatIsPredicted() throws {
    let planner = planner(calibration)
    let (fast, quick) = (try planner.plan(for: .throughput), try planner.plan(for: .latency))
    #expect(fast.plan.placements.map(\.batch) == [8] && fast.plan.placements.map(\.instances) == [2])
    #expect(quick.plan.placements.map(\.batch) == [1])
    // The first of a batch waits for the others to be prepared.
    #expect(fast.prediction.latency >= 8 * 0.001 + 0.018)
    #expect(fast.plan.queueCapacity >= 2 * 16)
    let limited = try planner.plan(for: .throughput, maximumLatency: 0.8 * fast.prediction.latency)
    #expect((2...4).contains(limited.plan.placements[0].batch))
    // Nothing better, and no batches where nothing takes them.
    let all = try planner.all(for: .throughput)
    #expect(all[0].prediction.interval == fast.prediction.interval)
    #expect(Set(all.map { $0.plan.placements[0].batch }) == [1, 2, 4, 8])

    let verification = try Verification(
      [fast, quick], of: workload, on: Self.platform, for: workload.footprints[0], under: nil, rounds: 3,
      slice: 0.1)
    // Eight times as much where nobody else wants the cores; how near to the prediction depends on who does.
    #expect(verification.rows[0].measured.median > verification.rows[1].measured.median)
  }

  /// All else is chosen for the numbers that somebody wants.
  @Test func numbersThatAreAskedFor() throws {
    var planner = planner(calibration)
    func placements() throws -> [Placement] { try planner.plan(for: .throughput).plan.placements }
    planner.constraints = ["network": PlacementConstraint(instances: 1, batch: 4)]
    let apart = try placements()
    #expect(apart.map(\.stages) == [["prepare"], ["network"]])
    #expect(apart[1].instances == 1 && apart[1].batch == 4 && apart[0].batch == 1)
    #expect(apart[1].queueDelay == 0, "it waits for a batch if that is asked for, too")

    // What comes to the same numbers stays together, though only one of them is asked for.
    planner.constraints = ["prepare": PlacementConstraint(batch: 8)]
    #expect(try placements().map(\.stages) == [["prepare", "network"]])
    #expect(try placements().map(\.batch) == [8] && placements().map(\.instances) == [2])

    // More workers than cores, which share them.
    planner.constraints = ["prepare": PlacementConstraint(instances: 5), "network": .init(instances: 3)]
    let many = try planner.plan(for: .throughput)
    #expect(many.plan.placements.map(\.instances) == [5, 3])
    #expect(try planner.prediction(of: many.plan) == many.prediction)
    #expect(try planner.all(for: .throughput).allSatisfy { $0.plan.placements.map(\.instances) == [5, 3] })
  }

  /// Of what was not measured nothing is known; the rest can be planned all the same.
  @Test func numbersThatNobodyKnows() throws {
    var planner = planner(calibration)
    let free = try planner.plan(for: .throughput)
    planner.constraints = ["network": PlacementConstraint(batch: 16)]
    let error = #expect(throws: PlannerError.self) { try planner.plan(for: .throughput) }
    #expect(error?.description.contains("batches of 16 were not measured; set 8 at most") == true)
    let nearest = try planner.nearestPlan(for: .throughput)
    #expect(nearest.obstacle == error && nearest.chosen == free)
    planner.constraints["network"] = PlacementConstraint(batch: 4)
    #expect(try planner.nearestPlan(for: .throughput).obstacle == nil)
  }

  @Test func noBatchIsChosenThatWasNotMeasured() throws {
    var few = calibration
    for index in few.models.indices { few.models[index].points.removeAll { $0.batch > 2 } }
    #expect(try planner(few).plan(for: .throughput).plan.placements.map(\.batch) == [2])
    // Batches were measured of the usual size only.
    #expect(try planner(calibration, size: 2).plan(for: .throughput).plan.placements.map(\.batch) == [1])
  }
}
