import Dataflow

/// The costs by a platform file. Local devices, and a CPU declared like the local one, have measured costs.
public struct DeclaredCosts: CostModel {
  private let platform: Platform
  private let footprint: Footprint
  private let measured: CalibratedCosts?

  /// - Parameter calibration: of this machine; unneeded if the file declares every device's speed.
  public init(_ platform: Platform, _ calibration: Calibration? = nil, for footprint: Footprint) {
    self.platform = platform
    self.footprint = footprint
    measured = calibration.map { CalibratedCosts($0, for: footprint) }
  }

  public func compute(_ candidate: Candidate, batch: Int, workers: Int) -> Estimate? {
    guard let device = candidate.device as? SimulatedDevice else {
      return measured?.compute(candidate, batch: batch, workers: workers)
    }
    switch device.speed {
    case .likeHere(let factor):
      guard batch == 1, let here = measured?.onCPU(candidate, workers: workers) else { return nil }
      return Estimate(seconds: here.seconds / factor, spread: here.spread, provenance: .declared)
    case .declared(let roofline):
      guard let work = candidate.stage.work?(footprint) else { return nil }
      return candidate.batch(batch) { batch in
        roofline.seconds(of: device.kind == .cpu ? work.onHost : work, batch: batch).map {
          Estimate(
            seconds: $0 / Double(candidate.implementation.parallelism.cores(of: device)),
            provenance: .declared)
        }
      }
    }
  }

  public func fetch(_ candidate: Candidate, from source: any Device, batch: Int) -> Estimate? {
    guard let work = candidate.stage.work?(footprint) else {
      return measured?.fetch(candidate, from: source, batch: batch)
    }
    return transfer(work.input * Double(batch), source, candidate.device)
  }

  public func feedback(_ candidate: Candidate, from source: any Device) -> Estimate? {
    guard let work = candidate.stage.work?(footprint) else {
      return measured?.feedback(candidate, from: source)
    }
    return transfer(work.feedback, source, candidate.device)
  }

  public func batches(_ candidate: Candidate) -> [Int] {
    guard let device = candidate.device as? SimulatedDevice else {
      return measured?.batches(candidate) ?? [1]
    }
    return candidate.stage.isStateful ? [1] : device.batches
  }

  public var overhead: Double { measured?.overhead ?? 0 }
  public var agreements: [Calibration.Agreement] { measured?.agreements ?? [] }
  public var ignorance: String {
    measured?.ignorance ?? "the platform's devices can't do it, or it doesn't say what it does"
  }

  private func transfer(_ traffic: Work.Traffic, _ source: any Device, _ target: any Device) -> Estimate? {
    guard traffic != .none else { return Estimate(seconds: 0, provenance: .declared) }
    let route = platform.route(from: source.name, to: target.name)
    guard !route.isEmpty else { return nil }
    return Estimate(seconds: route.reduce(0) { $0 + $1.seconds(traffic) }, provenance: .declared)
  }
}

extension Work {
  /// The work on the host's own device.
  fileprivate var onHost: Work {
    var work = self
    work.needsHost = false
    return work
  }
}
