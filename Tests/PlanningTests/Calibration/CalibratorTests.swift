import Basics
import Foundation
import TestSupport
import Testing

@testable import Dataflow
@testable import Planning

/// Stages that take a known time: real threads, real plans.
private struct SleepingWorkload: Workload {
  let graph: Graph
  let footprints = [Footprint("small", size: 1), Footprint("large", size: 3)]
  var signature: String { "sleeping" }

  /// - Parameter isBroken: whether the second stage's last implementation fails.
  init(isBroken: Bool = false) throws {
    func stage(_ name: String, _ implementations: [(String, milliseconds: Double, cores: Int)]) -> Stage {
      Stage(
        name, inputs: [Port("in", PortType(Double.self, shape: []))],
        outputs: [Port("out", PortType(Double.self, shape: []))],
        implementations: implementations.map { name, milliseconds, cores in
          .cpu(name, cores: cores) { firing in
            let size = try firing.input(as: Double.self)
            if isBroken && name == "wide" { throw FileError("it is broken") }
            Thread.sleep(forTimeInterval: milliseconds * size / 1000)
            firing.emit(size)
          }
        })
    }
    graph = try Graph(
      "sleepy",
      chain: [stage("first", [("plain", 10, 1)]), stage("second", [("slow", 6, 1), ("wide", 3, 2)])])
  }

  func start(_ plan: Plan, on platform: Platform, for footprint: Footprint) throws -> any WorkloadRun {
    try ProbeRun(graph, plan: plan, on: platform, inputs: [[footprint.size]])
  }
}

struct CalibratorTests {
  private static let platform = Platform(devices: [CPUDevice.twoCores])

  private func calibration(_ workload: any Workload) throws -> Calibration {
    var calibrator = Calibrator(workload, on: Self.platform)
    calibrator.slice = 0.02
    calibrator.rounds = 3...4
    return try calibrator.calibrate()
  }

  private func seconds(
    _ stage: String, _ implementation: String, _ calibration: Calibration, workers: Int = 1
  )
    -> Double?
  {
    let subject = PerformanceModel.Subject(stage: stage, implementation: implementation, device: "cpu")
    return calibration.model(of: subject)?
      .estimate(for: Footprint("", size: 2), workers: workers)?.seconds
  }

  /// A sleep may last longer than asked for, not shorter.
  @Test func measuresEveryImplementationAtEverySizeAloneAndInCompany() throws {
    let calibration = try calibration(SleepingWorkload())
    for (stage, implementation, least) in [
      ("first", "plain", 0.020), ("second", "slow", 0.012), ("second", "wide", 0.006),
    ] {
      let measured = try #require(seconds(stage, implementation, calibration))
      #expect(measured >= least, "\(implementation)")
    }
    #expect(try #require(seconds("second", "slow", calibration, workers: 2)) >= 0.012)
    // Two workers with two cores each don't fit.
    #expect(seconds("second", "wide", calibration, workers: 2) == nil)
    #expect(calibration.models.allSatisfy { $0.points.count >= 2 })
  }

  /// What the measured times say is what comes out: with two cores, two slow workers beat a wide one.
  @Test func plansByWhatWasMeasured() throws {
    let workload = try SleepingWorkload()
    let calibration = try calibration(workload)
    let planner = Planner(workload, on: Self.platform, by: calibration, for: workload.footprints[0])
    let (fast, quick) = (try planner.plan(for: .throughput), try planner.plan(for: .latency))
    #expect(fast.plan.placements.map(\.instances) == [2])
    #expect(fast.plan.placements[0].implementations["second"] == "slow")
    #expect(quick.plan.placements.map(\.instances) == [1])
    #expect(quick.plan.placements[0].implementations["second"] == "wide")
    #expect(fast.isExact && quick.isExact)

    let verification = try Verification(
      [fast, quick], of: workload, on: Self.platform, for: workload.footprints[0], under: nil, rounds: 3,
      slice: 0.05)
    #expect(verification.rows.count == 2)
    #expect(verification.rows[0].measured.median > verification.rows[1].measured.median)
    #expect(verification.regret == 0)
    #expect(verification.rows.allSatisfy { $0.error >= 0 && $0.measured.samples == 3 })
  }

  /// What fails is left out and told, and the rest is measured and planned for.
  @Test func leavesOutWhatFails() throws {
    let workload = try SleepingWorkload(isBroken: true)
    let calibration = try calibration(workload)
    #expect(calibration.failures?.map(\.implementation) == ["wide"])
    #expect(calibration.failures?.first?.reason.contains("it is broken") == true)
    #expect(seconds("second", "wide", calibration) == nil && seconds("second", "slow", calibration) != nil)
    let planner = Planner(workload, on: Self.platform, by: calibration, for: workload.footprints[0])
    #expect(try planner.plan(for: .latency).plan.placements[0].implementations["second"] == "slow")
    let stored = try JSONDecoder().decode(Calibration.self, from: JSONEncoder().encode(calibration))
    #expect(stored.failures == calibration.failures)
  }

  @Test func saysWhichLimitNoPlanKeeps() throws {
    let workload = try SleepingWorkload()
    let calibration = try calibration(workload)
    let planner = Planner(workload, on: Self.platform, by: calibration, for: workload.footprints[0])
    #expect(throws: PlannerError.unknownPower) { try planner.plan(for: .efficiency) }
    let error = #expect(throws: PlannerError.self) {
      try planner.plan(for: .throughput, maximumLatency: 0.001)
    }
    #expect(error?.description.hasPrefix("no plan has a latency within 1.00 ms; ") == true)
    #expect(error?.description.hasSuffix(" ms is the lowest possible, most of it in first") == true)
    let (fastest, quickest) = (try planner.plan(for: .throughput), try planner.plan(for: .latency))
    let limit = quickest.prediction.latency
    #expect(fastest.prediction.latency > limit)
    let within = try planner.plan(for: .throughput, maximumLatency: limit)
    #expect(within.prediction.latency <= limit)
    #expect(within.prediction.throughput < fastest.prediction.throughput)
  }

  @Test func noticesWhatWasNotMeasured() throws {
    let workload = try SleepingWorkload()
    let calibration = try calibration(workload)
    let planner = Planner(
      workload, on: Self.platform, by: calibration, for: Footprint("huge", size: 100))
    let error = #expect(throws: PlannerError.self) { try planner.plan(for: .throughput) }
    #expect(error?.description.contains("huge is outside of what was measured (small, large)") == true)
  }
}
