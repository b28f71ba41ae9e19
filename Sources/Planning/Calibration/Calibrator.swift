import Basics
import Dataflow
import Foundation

/// Measures the stages of an application. Its plans together use every implementation on every device, also
/// on all cores at once; the times come from the traces.
///
/// Stages are timed inside the running application, with caches as earlier stages leave them. The plans take
/// turns, so that other load on the machine affects all of them.
public struct Calibrator {
  private let workload: any Workload
  private let platform: Platform
  /// The time limit in seconds, once everything has been measured.
  public var budget: Double = 55
  /// The length of a plan's turn, in seconds.
  public var slice: Double = 0.15
  /// The target uncertainty of the medians of a plan's stages, weighted by their part of the whole.
  public var precision = 0.005
  public var rounds = 5...25
  /// The meter of the CPU's power; `nil` without one.
  public var meter = try? RAPL()
  /// Measures the conditions. Times under unusual ones are left out.
  public var conditions: () -> Conditions? = Conditions.now

  public init(_ workload: any Workload, on platform: Platform) {
    self.workload = workload
    self.platform = platform
  }

  /// - Parameter observe: receives the current step and the finished part, 0…1.
  public func calibrate(observe: (String, Double) -> Void = { _, _ in }) throws -> Calibration {
    let time = MonotonicTime()
    let begin = time.now
    func elapsed() -> Double { Double(time.now - begin) / 1e9 }
    var calibration = Calibration(
      application: workload.graph.name, signature: workload.signature,
      machine: Machine(platform, libraries: workload.libraries), footprints: workload.footprints)

    observe("comparing results", 0)
    calibration.agreements = try workload.agreements(on: platform)
    let idle = meter.watts { Thread.sleep(forTimeInterval: min(slice, 1)) }.watts
    let probes = try start(&calibration, observe)
    measuring: for round in 0..<rounds.upperBound {
      let usual = Self.usual(probes)
      let open = probes.filter {
        round < rounds.lowerBound || $0.uncertainty(usual, atLeast: rounds.lowerBound) > precision
      }
      for probe in open {
        // The first round covers all plans.
        if round > 0, elapsed() > budget { break measuring }
        observe("measuring \(probe.probe.plan)", 0.4 + 0.6 * Double(round) / Double(rounds.upperBound))
        let sample = try Conditioned(conditions) { try meter.watts { try probe.run.run(seconds: slice) } }
        probe.samples.append(sample)
      }
    }
    let usual = Self.usual(probes)
    calibration.conditions = usual
    calibration.leftOut = probes.flatMap(\.samples).unusualPart(usual)
    collect(probes, into: &calibration)
    let full = probes.filter { $0.probe.fills(platform) }.flatMap(\.samples).usual(usual).compactMap(\.watts)
    if let idle, let full = Measurement(of: full)?.median {
      calibration.watts = Power.Watts(idle: min(idle, full), full: full)
    }
    calibration.duration = elapsed()
    return calibration
  }

  /// Starts the probes. A failing implementation is left out; a device's failure is thrown.
  private func start(
    _ calibration: inout Calibration, _ observe: (String, Double) -> Void
  ) throws -> [ProbeRun] {
    var failures: [Calibration.Failure] = []
    while true {
      let wanted = ProbeSelection(
        workload, on: platform, agreements: calibration.agreements, without: failures
      ).probes()
      var runs: [ProbeRun] = []
      for (number, probe) in wanted.enumerated() {
        observe("starting \(probe.plan)", 0.2 + 0.2 * Double(number) / Double(wanted.count))
        do {
          runs.append(ProbeRun(probe, try workload.start(probe.plan, on: platform, for: probe.footprint)))
        } catch  where !(error is DeviceError) {
          failures.append(try culprit(of: probe, error))
          break
        }
      }
      guard runs.count < wanted.count else {
        calibration.failures = failures.isEmpty ? nil : failures
        return runs
      }
    }
  }

  /// The implementation that makes a probe fail: it also fails with the references of all other stages.
  ///
  /// - Throws: the error, if no implementation fails alone, or a reference fails.
  private func culprit(of probe: Probe, _ error: any Error) throws -> Calibration.Failure {
    guard let host = platform.device(of: .cpu) else { throw error }
    let graph = workload.graph
    let references = graph.stages.map { stage in
      host.implementations(of: stage).first.map {
        Probe.Option(
          implementation: $0.name, device: host, cores: $0.parallelism.cores(of: host), isBatched: false)
      }
    }
    for (index, option) in probe.options.enumerated() {
      var options = references
      guard option.implementation != options[index]?.implementation else { continue }
      options[index] = option
      let alone = Probe(
        options.compactMap { $0 }, in: graph, footprint: probe.footprint, workers: probe.workers,
        batch: probe.batch)
      do {
        _ = try workload.start(alone.plan, on: platform, for: probe.footprint)
      } catch {
        return Calibration.Failure(
          stage: graph.stages[index].name, implementation: option.implementation, device: option.device.name,
          reason: "\(error)")
      }
    }
    throw error
  }

  /// A probe while it runs.
  private final class ProbeRun {
    let probe: Probe
    let run: any WorkloadRun
    var samples: [Conditioned<(result: RunSample, watts: Double?)>] = []

    init(_ probe: Probe, _ run: any WorkloadRun) {
      self.probe = probe
      self.run = run
    }

    /// The uncertainty of an item's time, as far as it stems from its stages' times; 1 with fewer usual
    /// samples than `count`.
    func uncertainty(_ usual: Conditions?, atLeast count: Int) -> Double {
      guard samples.count(where: { $0.isLike(usual) }) >= count else { return 1 }
      let samples = samples.usual(usual).map(\.result)
      guard let stages = samples.first?.compute.indices else { return 1 }
      let parts = stages.compactMap { stage in
        Measurement(of: samples.map { $0.compute[stage] + $0.transfer[stage] })
      }
      let whole = parts.reduce(0) { $0 + $1.median }
      return whole > 0 ? parts.reduce(0) { $0 + $1.median * $1.uncertainty } / whole : 0
    }
  }

  /// The conditions of most samples.
  private static func usual(_ probes: [ProbeRun]) -> Conditions? {
    probes.flatMap { $0.samples.flatMap(\.conditions) }.usual
  }

  private func collect(_ runs: [ProbeRun], into calibration: inout Calibration) {
    var overheads: [Conditioned<Double?>] = []
    // Samples of several probes for the same subject are merged.
    var samples: [Key: [Conditioned<Double>]] = [:]
    var order: [Key] = []
    for run in runs {
      if run.probe.batch == 1 { overheads += run.samples.map { $0.map(\.result.overhead) } }
      for stage in workload.graph.stages.indices {
        guard let subject = workload.graph.subject(of: stage, by: run.probe.options),
          run.probe.measures(stage)
        else { continue }
        let (probe, batch) = (run.probe, run.probe.batch)
        let key = Key(subject: subject, footprint: probe.footprint, workers: probe.workers, batch: batch)
        if samples[key] == nil { order.append(key) }
        let share = Double(batch) / workload.firingsPerItem(of: stage)
        samples[key, default: []] += run.samples.map { sample in
          sample.map { ($0.result.compute[stage] + $0.result.transfer[stage]) * share }
        }
      }
    }
    for key in order {
      guard let seconds = Measurement(of: (samples[key] ?? []).usual(calibration.conditions)) else {
        continue
      }
      calibration.add(
        PerformanceModel.Point(
          footprint: key.footprint, workers: key.workers, batch: key.batch, seconds: seconds),
        of: key.subject)
    }
    let known = overheads.filter { $0.value != nil }.usual(calibration.conditions).compactMap { $0 }
    calibration.overhead = Measurement(of: known) ?? Measurement(median: 0)
  }

  private struct Key: Hashable {
    let subject: PerformanceModel.Subject
    let footprint: Footprint
    let workers: Int
    let batch: Int
  }
}

extension Workload {
  /// A stage's firings for each of the items that throughput counts.
  public func firingsPerItem(of stage: Int) -> Double {
    Double(graph.repetitions[stage].count) / itemsPerIteration
  }
}
