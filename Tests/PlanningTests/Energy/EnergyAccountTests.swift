import Basics
import TestSupport
import Testing

@testable import Dataflow
@testable import Planning

struct EnergyAccountTests {
  private let kernel = PowerCap()
  private let time = ManualTime()
  private let cpu = CPUDevice.twoCores
  private let declared = Power(["cpu": Power.Watts(idle: 10, full: 30)])

  /// Ten items, of which each works for a second on one core; and then an idle time as long.
  private func run(on platform: Platform, meter: RAPL?, meanwhile: () throws -> Void = {}) throws -> Energy? {
    let graph = try Graph(
      "energy",
      chain: [
        Stage("work") { [time] (value: Int) in
          time.advance(by: 1_000_000_000)
          return value
        }
      ])
    let recorder = Recorder(time: time)
    let executor = try SequentialExecutor(graph, on: platform, recorder: recorder)
    let account = try EnergyAccount(graph, plan: .fused(graph), on: platform, meter: meter, time: time)
    for value in 0..<10 { _ = try executor.process(value) }
    time.advance(by: 10_000_000_000)
    try meanwhile()
    return account.energy(of: 10, recorder.occupancy(of: graph))
  }

  @Test func measured() throws {
    try kernel.put("intel-rapl:0", "package-0", 100_000, range: .max)
    let energy = try run(on: Platform(devices: [cpu]), meter: RAPL(folder: kernel.folder)) {
      try kernel.draw(microjoules: 5_000_000)
    }
    #expect(energy == Energy(joulesPerItem: 0.5, source: .measured))
  }

  /// Twenty seconds of 10 W, and ten in which half of the further 20 W are drawn.
  @Test func modelled() throws {
    let platform = Platform(devices: [cpu], power: declared)
    #expect(try run(on: platform, meter: nil) == Energy(joulesPerItem: 30, source: .modelled))
    // What is declared is what plans are made by.
    try kernel.put("intel-rapl:0", "package-0", 0)
    #expect(try run(on: platform, meter: RAPL(folder: kernel.folder))?.source == .modelled)
  }

  @Test func nobodyKnows() throws {
    #expect(try run(on: Platform(devices: [cpu]), meter: nil) == nil)
    // A counter that can't be read any more.
    try kernel.put("intel-rapl:0", "package-0", 0)
    let meter = try RAPL(folder: kernel.folder)
    #expect(
      try run(on: Platform(devices: [cpu]), meter: meter) {
        try kernel.remove("intel-rapl:0")
      } == nil)
  }

  @Test func countersThatBeginAgain() throws {
    try kernel.put("intel-rapl:0", "package-0", 0, range: 1_000_000)
    let graph = try Graph("energy", chain: [.mixing("s0")])
    let account = try EnergyAccount(
      graph, plan: .fused(graph), on: Platform(devices: [cpu]), meter: RAPL(folder: kernel.folder))
    for microjoules in [800_000, 600_000, 400_000] {
      try kernel.put("intel-rapl:0", "package-0", microjoules, range: 1_000_000)
      account.read()
    }
    let energy = account.energy(of: 2, Recorder().occupancy(of: graph))
    #expect(energy?.source == .measured && abs((energy?.joulesPerItem ?? 0) - 1.2) < 1e-9)
    #expect(account.energy(of: 0, Recorder().occupancy(of: graph)) == nil)
  }

  /// A processor of which nothing is known makes the whole unknown; where it is idle, it is none of the run's.
  @Test func otherProcessors() throws {
    let graph = try Graph("energy", chain: [.declared("s0", 1)])
    var platform = Platform.twin(gpus: 1, watts: true)
    func energy(on device: String) throws -> Energy? {
      try EnergyAccount(graph, plan: .fused(graph, on: device), on: platform, meter: nil)
        .energy(of: 1, Recorder().occupancy(of: graph))
    }
    #expect(try energy(on: "gpu")?.source == .modelled)
    platform = Platform(devices: platform.devices, power: declared)
    #expect(try energy(on: "gpu") == nil)
    #expect(try energy(on: "cpu")?.source == .modelled)
  }
}
