import Basics
import Foundation
import TestSupport
import Testing

@testable import Dataflow
@testable import Planning

/// A machine that is slow for one of every three measurements, and says so before and after it.
private final class SimulatedHost: Sendable {
  static let usual = Conditions(speed: 1e6, distance: 50e-9)
  static let apart = Conditions(speed: 1e6, distance: 250e-9)

  private let questions = Locked(0)
  let isAlwaysSlow: Bool

  init(isAlwaysSlow: Bool = false) { self.isAlwaysSlow = isAlwaysSlow }

  func conditions() -> Conditions {
    questions.withLock { $0 += 1 }
    return isSlow ? Self.apart : Self.usual
  }

  /// A measurement has two questions, with what is measured between them.
  var isSlow: Bool { isAlwaysSlow || questions.withLock { ($0 - 1) / 2 }.isMultiple(of: 3) }
}

/// A stage of 2 ms, or of 20 on a slow machine.
private struct HostedWorkload: Workload {
  let graph: Graph
  let footprints = [Footprint("one", size: 1)]
  let signature = "hosted"

  init(on host: SimulatedHost) throws {
    let stage = Stage(
      "work", inputs: [Port("in", PortType(Double.self, shape: []))],
      outputs: [Port("out", PortType(Double.self, shape: []))],
      implementations: [
        .cpu("plain") { firing in
          Thread.sleep(forTimeInterval: host.isSlow ? 0.02 : 0.002)
          firing.emit(try firing.input(as: Double.self))
        }
      ])
    graph = try Graph("hosted", chain: [stage])
  }

  func start(_ plan: Plan, on platform: Platform, for footprint: Footprint) throws -> any WorkloadRun {
    try ProbeRun(graph, plan: plan, on: platform, inputs: [[1.0]])
  }
}

struct ConditionsTests {
  private static let platform = Platform(devices: [CPUDevice.twoCores])

  private func calibration(_ host: SimulatedHost) throws -> Calibration {
    var calibrator = Calibrator(try HostedWorkload(on: host), on: Self.platform)
    calibrator.slice = 0.02
    calibrator.rounds = 6...6
    calibrator.conditions = host.conditions
    return try calibrator.calibrate()
  }

  private func verification(_ host: SimulatedHost, under usual: Conditions?, rounds: Int = 3) throws
    -> Verification
  {
    let workload = try HostedWorkload(on: host)
    let plans = try Planner(
      workload, on: Self.platform, by: calibration(SimulatedHost()), for: workload.footprints[0]
    ).all(for: .throughput).diverse(1)
    return try Verification(
      plans, of: workload, on: Self.platform, for: workload.footprints[0], under: usual, rounds: rounds,
      slice: 0.02,
      conditions: host.conditions)
  }

  /// Whatever the cores give, they give something, and much the same at once.
  @Test func theCoresOfThisMachine() throws {
    let conditions = try #require(Conditions.now())
    #expect(conditions.speed > 1000 && conditions.speed.isFinite)
    #expect((0..<1).contains(conditions.distance))
    #expect(ProcessInfo.processInfo.activeProcessorCount == 1 || conditions.distance > 0)
  }

  @Test(arguments: [
    (1e6, 50e-9, true), (0.95e6, 70e-9, true), (1.05e6, 35e-9, true),
    (0.65e6, 50e-9, false), (1.5e6, 50e-9, false), (1e6, 250e-9, false), (1e6, 25e-9, false),
  ])
  func whatCanBeCompared(speed: Double, distance: Double, isLike: Bool) {
    let other = Conditions(speed: speed, distance: distance)
    #expect(SimulatedHost.usual.isLike(other) == isLike)
    #expect(other.isLike(SimulatedHost.usual) == isLike)
    let alone = Conditions(speed: speed, distance: 0)
    #expect(alone.isLike(alone))
  }

  /// The state that lasts longest, even if it is not in the middle.
  @Test(arguments: [(45, 10, 46), (50, 0, 51), (0, 50, 51), (5, 0, 6)])
  func theUsualConditions(shared: Int, near: Int, apart: Int) {
    let states = [
      (Conditions(speed: 0.65e6, distance: 25e-9), shared), (SimulatedHost.usual, near),
      (SimulatedHost.apart, apart),
    ]
    let all = states.flatMap { Array(repeating: $0, count: $1) }
    #expect(all.usual == SimulatedHost.apart)
    #expect([Conditions]().usual == nil)
  }

  @Test func calibrationsLeaveOutWhatWasMeasuredUnderOthers() throws {
    let calibration = try calibration(SimulatedHost())
    #expect(calibration.conditions == SimulatedHost.usual)
    let points = calibration.models.flatMap(\.points)
    // Six of each number of workers, of which two are slow.
    #expect(points.count == 2 && points.allSatisfy { $0.seconds.samples == 4 })
    #expect(calibration.leftOut.map { abs($0 - 1.0 / 3) < 1e-9 } == true)
    // None of 20 ms is among them, but for what hardly comes to pass: that a thread sleeps so long.
    #expect(points.allSatisfy { (0.002..<0.02).contains($0.seconds.median) })
    #expect(
      try JSONDecoder().decode(Calibration.self, from: JSONEncoder().encode(calibration)) == calibration)
  }

  @Test func verificationsWaitForTheirs() throws {
    let verification = try verification(SimulatedHost(), under: SimulatedHost.usual)
    #expect(!verification.isElsewhere && verification.leftOut > 0.2 && verification.leftOut < 0.5)
    #expect(verification.conditions == SimulatedHost.usual)
    #expect(verification.rows.map(\.measured.samples) == [3])
    // Two workers of 2 ms; of 20 ms it would be a hundred.
    #expect(verification.rows[0].measured.median > 120)
  }

  /// They don't wait for ever, and then everything counts.
  @Test func verificationsOfAnotherMachine() throws {
    let verification = try verification(SimulatedHost(isAlwaysSlow: true), under: SimulatedHost.usual)
    #expect(verification.isElsewhere && verification.leftOut == 0)
    #expect(verification.conditions == SimulatedHost.apart)
    #expect(verification.rows.map(\.measured.samples) == [6])
    #expect(verification.rows[0].measured.median < 110)
  }

  /// Of calibrations from before there were conditions.
  @Test func verificationsThatKnowNoConditions() throws {
    let verification = try verification(SimulatedHost(), under: nil)
    #expect(verification.leftOut == 0)
    #expect(verification.rows.map(\.measured.samples) == [3])
  }
}
