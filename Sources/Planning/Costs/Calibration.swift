import Dataflow
import Foundation

/// All measurements of one application on one machine.
public struct Calibration: Sendable, Hashable, Codable {
  public let application: String
  /// It changes with the application; calibrations with another signature don't count.
  public let signature: String
  public let machine: Machine
  public let footprints: [Footprint]
  public var models: [PerformanceModel] = []
  /// Seconds of an item outside its stages.
  public var overhead = Measurement(median: 0)
  /// The agreements of approximate implementations with their references: see `Tolerance`.
  public var agreements: [Agreement] = []
  /// The CPU's power by a meter; `nil` without one.
  public var watts: Power.Watts?
  /// The conditions of the measurements; `nil` if unknown.
  public var conditions: Conditions?
  /// The part of the runs left out because of other conditions.
  public var leftOut: Double?
  /// Failing implementations, which were left out; `nil` for none.
  public var failures: [Failure]?
  /// The calibration's own time, in seconds.
  public var duration: Double = 0

  /// The part of the items, 0…1, for which an implementation gives its reference's result.
  public struct Agreement: Sendable, Hashable, Codable {
    public let stage: String
    public let implementation: String
    /// The metric's name in tolerances, such as `top1_agreement`.
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

  /// A failing implementation. It has no measurements, and no plan chooses it.
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

  /// Adds the measurement of one size of work.
  public mutating func add(_ point: PerformanceModel.Point, of subject: PerformanceModel.Subject) {
    if let index = models.firstIndex(where: { $0.subject == subject }) {
      models[index].points.append(point)
    } else {
      models.append(PerformanceModel(subject, points: [point]))
    }
  }
}

extension [Calibration.Agreement] {
  /// Whether an implementation is exact, or is within the tolerance by every metric.
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
