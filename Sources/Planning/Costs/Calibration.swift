import Dataflow
import Foundation

/// Everything measured of one application on one machine.
public struct Calibration: Sendable, Hashable, Codable {
  /// The graph's name.
  public let application: String
  /// Changes when the application does: what was measured of another one doesn't count.
  public let signature: String
  public let machine: Machine
  public let footprints: [Footprint]
  public var models: [PerformanceModel] = []
  /// Seconds that an item takes beyond its stages.
  public var overhead = Measurement(median: 0)
  /// How well the implementations that compute differently agree with the reference: see `Tolerance`.
  public var agreements: [Agreement] = []
  /// What a meter said that the CPU draws; `nil` without a meter.
  public var watts: Power.Watts?
  /// Under which it was measured; `nil` where nobody knows.
  public var conditions: Conditions?
  /// Part of the runs that were made under others, and don't count where there are some of these.
  public var leftOut: Double?
  /// Implementations that were left out; `nil` for none.
  public var failures: [Failure]?
  /// Seconds that it took.
  public var duration: Double = 0

  /// A part of the items, 0…1, for which a stage's implementation gives the answer that the reference gives.
  public struct Agreement: Sendable, Hashable, Codable {
    public let stage: String
    public let implementation: String
    /// As tolerances are called in files, such as `top1_agreement`.
    public let metric: String
    public let value: Double
    public let samples: Int

    public init(stage: String, implementation: String, metric: String, value: Double, samples: Int) {
      self.stage = stage
      self.implementation = implementation
      self.metric = metric
      self.value = value
      self.samples = samples
    }
  }

  /// An implementation that fails, so that nothing of it was measured, and no plan chooses it.
  public struct Failure: Sendable, Hashable, Codable {
    public let stage: String
    public let implementation: String
    public let device: String
    public let reason: String
  }

  public init(application: String, signature: String, machine: Machine, footprints: [Footprint]) {
    self.application = application
    self.signature = signature
    self.machine = machine
    self.footprints = footprints
  }

  public func model(of subject: PerformanceModel.Subject) -> PerformanceModel? {
    models.first { $0.subject == subject }
  }

  /// Adds what was measured of one size of work.
  public mutating func add(_ point: PerformanceModel.Point, of subject: PerformanceModel.Subject) {
    if let index = models.firstIndex(where: { $0.subject == subject }) {
      models[index].points.append(point)
    } else {
      models.append(PerformanceModel(subject, points: [point]))
    }
  }
}

extension [Calibration.Agreement] {
  /// Whether an implementation computes as the reference does, or has been found close enough to it by every metric.
  func admit(_ implementation: Implementation, of stage: Stage, within tolerance: [String: Double]) -> Bool {
    guard implementation.approximation != nil else { return true }
    return !tolerance.isEmpty
      && tolerance.allSatisfy { metric, least in
        contains {
          $0.stage == stage.name && $0.implementation == implementation.name && $0.metric == metric
            && $0.value >= least
        }
      }
  }
}
