import Dataflow

/// Says what stages cost: where the numbers of plans and simulations come from.
public protocol CostModel: Sendable {
  /// One firing, or as many as `batch` at once, while `workers` do the same on the device; `nil` if nobody knows.
  func compute(_ candidate: Candidate, batch: Int, workers: Int) -> Estimate?
  /// Fetching what so many firings take in from another device.
  func fetch(_ candidate: Candidate, from source: any Device, batch: Int) -> Estimate?
  /// Fetching what a firing gets from stages that come after it, from another device.
  func feedback(_ candidate: Candidate, from source: any Device) -> Estimate?
  /// How many firings may be done at once, in ascending order.
  func batches(_ candidate: Candidate) -> [Int]
  /// Seconds of an item beyond its stages.
  var overhead: Double { get }
  /// How well implementations of reduced precision agree with the reference.
  var agreements: [Calibration.Agreement] { get }
  /// Why it knows nothing of a stage.
  var ignorance: String { get }
}

/// A way to run a stage.
public struct Candidate {
  public let stage: Stage
  public let implementation: Implementation
  public let device: any Device

  public init(_ stage: Stage, _ implementation: Implementation, on device: any Device) {
    self.stage = stage
    self.implementation = implementation
    self.device = device
  }

  /// Whether it can do several firings at once.
  var doesBatches: Bool { stage.maximumBatchSize(by: implementation) > 1 }

  /// What a batch takes: all at once where it can, else one after the other.
  func batch(_ count: Int, _ estimate: (Int) -> Estimate?) -> Estimate? {
    doesBatches ? estimate(count) : estimate(1)?.times(count)
  }
}

/// What was measured on this machine.
public struct CalibratedCosts: CostModel {
  let calibration: Calibration
  let footprint: Footprint
  /// Powers of two as far as anything was measured: what can't do several at once does them one by one.
  private let batchSizes: [Int]

  public init(_ calibration: Calibration, for footprint: Footprint) {
    self.calibration = calibration
    self.footprint = footprint
    let largest = calibration.models.flatMap(\.points).map(\.batch).max() ?? 1
    batchSizes = [1, 2, 4, 8, 16, 32, 64].filter { $0 <= largest }
  }

  public func compute(_ candidate: Candidate, batch: Int, workers: Int) -> Estimate? {
    estimate(candidate, nil, batch, workers) ?? (workers == 1 ? nearest(candidate, batch) : nil)
  }

  /// What a firing takes longer with input from there.
  public func fetch(_ candidate: Candidate, from source: any Device, batch: Int) -> Estimate? {
    guard let all = estimate(candidate, source.name, batch, 1) else { return nil }
    let alone = estimate(candidate, nil, batch, 1) ?? nearest(candidate, batch)
    return Estimate(
      seconds: max(all.seconds - (alone?.seconds ?? 0), 0), spread: all.spread, provenance: all.provenance)
  }

  public func feedback(_ candidate: Candidate, from source: any Device) -> Estimate? {
    fetch(candidate, from: source, batch: 1)
  }

  public func batches(_ candidate: Candidate) -> [Int] { candidate.stage.isStateful ? [1] : batchSizes }

  public var overhead: Double { calibration.overhead.median }
  public var agreements: [Calibration.Agreement] { calibration.agreements }

  public var ignorance: String {
    let measured = calibration.footprints.map(\.size)
    if let least = measured.min(), let most = measured.max(), (least...most).contains(footprint.size) {
      return "it was not measured there, or not in such numbers of workers or items at once"
    }
    let sizes = calibration.footprints.map(\.name).joined(separator: ", ")
    return "\(footprint) is outside of what was measured (\(sizes)); calibrate with input of that size"
  }

  /// On this machine's CPU, with as many workers as were measured if there are more.
  func onCPU(_ candidate: Candidate, workers: Int) -> Estimate? {
    let subject = PerformanceModel.Subject(
      stage: candidate.stage.name, implementation: candidate.implementation.name, device: "cpu")
    guard let model = calibration.model(of: subject),
      let most = model.points.filter({ $0.footprint.size == footprint.size }).map(\.workers).max()
    else { return nil }
    return model.estimate(for: footprint, workers: min(workers, most))
  }

  /// Where a stage is never fed from its own device, the time with the nearest other one is what the others add to.
  private func nearest(_ candidate: Candidate, _ batch: Int) -> Estimate? {
    let sources = calibration.models.map(\.subject).filter {
      $0.stage == candidate.stage.name && $0.implementation == candidate.implementation.name
        && $0.device == candidate.device.name
    }
    return sources.compactMap { $0.source }.compactMap { estimate(candidate, $0, batch, 1) }
      .min { $0.seconds < $1.seconds }
  }

  private func estimate(_ candidate: Candidate, _ source: String?, _ batch: Int, _ workers: Int)
    -> Estimate?
  {
    let subject = PerformanceModel.Subject(
      stage: candidate.stage.name, implementation: candidate.implementation.name,
      device: candidate.device.name, source: source)
    guard let model = calibration.model(of: subject) else { return nil }
    return candidate.batch(batch) { model.estimate(for: footprint, batch: $0, workers: workers) }
  }
}
