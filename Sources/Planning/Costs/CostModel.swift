import Dataflow

/// The costs of stages, for plans and simulations.
public protocol CostModel: Sendable {
  /// The time of one firing, or of a batch at once, while `workers` do the same on the device; `nil` if
  /// unknown.
  func compute(_ candidate: Candidate, batch: Int, workers: Int) -> Estimate?
  /// The time of fetching a batch's input from another device.
  func fetch(_ candidate: Candidate, from source: any Device, batch: Int) -> Estimate?
  /// The average time of fetching a firing's feedback from a device of later stages.
  func feedback(_ candidate: Candidate, from source: any Device) -> Estimate?
  /// The possible batch sizes, in ascending order.
  func batches(_ candidate: Candidate) -> [Int]
  /// Seconds of an item outside its stages.
  var overhead: Double { get }
  /// The agreements of approximate implementations with their references.
  var agreements: [Calibration.Agreement] { get }
  /// The reason for unknown costs, for error messages.
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

  /// Whether it supports batches.
  var doesBatches: Bool { stage.maximumBatchSize(by: implementation) > 1 }

  /// The time of a batch: at once if supported, otherwise one firing after the other.
  func batch(_ count: Int, _ estimate: (Int) -> Estimate?) -> Estimate? {
    doesBatches ? estimate(count) : estimate(1)?.times(count)
  }
}

/// The costs measured on this machine.
public struct CalibratedCosts: CostModel {
  let calibration: Calibration
  let footprint: Footprint
  /// Powers of two up to the largest measured batch. Implementations without batches fire one by one.
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

  /// The additional time of a firing with input from that device.
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

  /// The time on this machine's CPU, with at most the largest measured number of workers.
  func onCPU(_ candidate: Candidate, workers: Int) -> Estimate? {
    let subject = PerformanceModel.Subject(
      stage: candidate.stage.name, implementation: candidate.implementation.name, device: "cpu")
    guard let model = calibration.model(of: subject),
      let most = model.points.filter({ $0.footprint.size == footprint.size }).map(\.workers).max()
    else { return nil }
    return model.estimate(for: footprint, workers: min(workers, most))
  }

  /// The least time over all sources. It is the base for a stage that is never fed from its own device.
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
