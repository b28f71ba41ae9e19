import Foundation
import TestSupport
import Testing

@testable import Dataflow
@testable import Planning

/// Every run takes a hundredth of a second, and half a joule by the meter.
private struct DrawingWorkload: Workload {
  final class Run: WorkloadRun {
    private let kernel: PowerCap

    init(_ kernel: PowerCap) { self.kernel = kernel }

    func run(seconds: Double) throws -> RunSample {
      try kernel.draw(microjoules: 500_000)
      Thread.sleep(forTimeInterval: 0.01)
      let nothing = Occupancy(of: ["s0"], in: [], during: 0)
      return RunSample(throughput: 100, from: nothing, to: nothing, items: 1, workers: 2)
    }

    let graph = try! Graph("drawing", chain: [.mixing("s0")])
  }

  let graph: Graph
  let footprints = [Footprint("one", size: 1)]
  let signature = "drawing"
  let kernel: PowerCap

  func start(_ plan: Plan, on platform: Platform, for footprint: Footprint) throws -> any WorkloadRun {
    Run(kernel)
  }
}

struct MeterTests {
  private let kernel = PowerCap()
  private let platform = Platform(devices: [CPUDevice.twoCores])

  private func workload() throws -> DrawingWorkload {
    try kernel.put("intel-rapl:0", "package-0", 0, range: .max)
    return DrawingWorkload(graph: try Graph("drawing", chain: [.mixing("s0")]), kernel: kernel)
  }

  @Test func calibrationsMeasureWatts() throws {
    var calibrator = Calibrator(try workload(), on: platform)
    calibrator.slice = 0.01
    calibrator.rounds = 3...3
    calibrator.meter = try RAPL(folder: kernel.folder)
    let watts = try #require(calibrator.calibrate().watts)
    // Nothing is drawn between runs; half a joule in a hundredth of a second, or somewhat more, while they last.
    #expect(watts.idle == 0)
    #expect((10...50).contains(watts.full), "\(watts.full)")
    calibrator.meter = nil
    #expect(try calibrator.calibrate().watts == nil)
  }

  @Test func plansSayWhetherEnergyIsMeasured() throws {
    let workload = try workload()
    var calibrator = Calibrator(workload, on: platform)
    calibrator.rounds = 1...1
    calibrator.meter = try RAPL(folder: kernel.folder)
    let calibration = try calibrator.calibrate()
    func energy(_ platform: Platform, _ calibration: Calibration) throws -> EnergySource {
      try Planner(workload, on: platform, by: calibration, for: workload.footprints[0])
        .plan(for: .throughput).energy
    }
    #expect(try energy(platform, calibration) == .measured)
    var unmeasured = calibration
    unmeasured.watts = nil
    #expect(try energy(platform, unmeasured) == .unknown)
    let declared = Platform(devices: platform.devices, power: Power(["cpu": Power.Watts(idle: 1, full: 2)]))
    #expect(try energy(declared, calibration) == .modelled)
  }

  @Test func verificationMeasuresJoules() throws {
    let workload = try workload()
    var calibrator = Calibrator(workload, on: platform)
    calibrator.rounds = 1...1
    let plans = try Planner(workload, on: platform, by: calibrator.calibrate(), for: workload.footprints[0])
      .all(for: .throughput).diverse(1)
    let meter = try RAPL(folder: kernel.folder)
    let metered = try Verification(
      plans, of: workload, on: platform, for: workload.footprints[0], under: nil, rounds: 3, meter: meter)
    // Half a joule for an item, of which there are a hundred a second.
    let joules = try #require(metered.rows.first?.joules)
    #expect((0.1...0.51).contains(joules), "\(joules)")
    let other = try Verification(
      plans, of: workload, on: platform, for: workload.footprints[0], under: nil, rounds: 3, meter: nil)
    #expect(other.rows.first?.joules == nil)
  }
}
