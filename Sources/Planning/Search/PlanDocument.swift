import Basics
import Dataflow

/// A plan as `drivetrain plan --json` prints it and `--plan FILE` reads it.
public struct PlanDocument: Codable, Sendable {
  /// One stage's device and implementation.
  public struct StageEntry: Codable, Sendable {
    public var stage: String
    public var device: String
    public var implementation: String
    public var instances: Int
    public var batch: Int
    /// Microseconds.
    public var queueDelay: Double?
    /// Stages with the same number share a worker. By default, consecutive stages on a device with equal
    /// instances do.
    public var placement: Int?

    enum CodingKeys: String, CodingKey {
      case batch, device, implementation, instances, placement, stage
      case queueDelay = "queue_delay_us"
    }
  }

  /// The plan's prediction.
  public struct Predicted: Codable, Sendable {
    /// Items a second.
    public var throughput: Double
    /// Microseconds.
    public var latency: Double
    public var joulesPerItem: Double?
    public var energy: String

    enum CodingKeys: String, CodingKey {
      case energy, throughput
      case joulesPerItem = "joules_per_item"
      case latency = "latency_us"
    }

    /// Unknown numbers are null.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(throughput, forKey: .throughput)
      try container.encode(latency, forKey: .latency)
      try container.encode(joulesPerItem, forKey: .joulesPerItem)
      try container.encode(energy, forKey: .energy)
    }
  }

  /// The throughput under a hypothetical change, in items a second.
  public struct WhatIf: Codable, Sendable {
    public var change: String
    public var throughput: Double
  }

  public var application: String?
  /// The platform file of the prediction; without it, it rests on measurements.
  public var platform: String?
  public var objective: String?
  public var stages: [StageEntry]
  public var predicted: Predicted?
  public var bottleneck: String?
  public var whatIf: [WhatIf]?
  public var calibrated: Bool?
  public var exact: Bool?

  enum CodingKeys: String, CodingKey {
    case application, bottleneck, calibrated, exact, objective, platform, predicted, stages
    case whatIf = "what_if"
  }

  public init(_ chosen: ChosenPlan, whatIf answers: [(change: String, throughput: Double)] = []) {
    application = chosen.application
    platform = chosen.platform
    objective = chosen.objective.rawValue
    stages = chosen.plan.placements.enumerated().flatMap { index, placement in
      placement.stages.map { stage in
        StageEntry(
          stage: stage, device: placement.device(of: stage),
          implementation: placement.implementations[stage] ?? "", instances: placement.instances,
          batch: placement.batch, queueDelay: placement.queueDelay * 1e6, placement: index)
      }
    }
    predicted = Predicted(
      throughput: chosen.prediction.throughput, latency: chosen.prediction.latency * 1e6,
      joulesPerItem: chosen.prediction.joules, energy: chosen.energy.rawValue)
    bottleneck = chosen.prediction.bottleneck
    whatIf = answers.map { WhatIf(change: $0.change, throughput: $0.throughput) }
    calibrated = chosen.platform == nil
    exact = chosen.isExact
  }

  /// Reads a file.
  ///
  /// - Throws: `PlannerError.wrongPlan`.
  public init(contentsOf path: String) throws(PlannerError) {
    do {
      try self.init(jsonFile: path, atMost: ConfigurationNode.maximumBytes)
    } catch {
      throw .wrongPlan(path: path, reason: error.description)
    }
  }

  public var plan: Plan {
    var placements: [Placement] = []
    var last: StageEntry?
    for entry in stages {
      let continues =
        last.map { last in
          last.placement == entry.placement && last.instances == entry.instances
            && (entry.placement != nil || last.device == entry.device)
        } ?? false
      if !continues {
        placements.append(
          Placement(
            [], on: entry.device, instances: entry.instances, batch: entry.batch,
            queueDelay: (entry.queueDelay ?? 0) / 1e6))
      }
      placements[placements.count - 1].append(entry.stage, on: entry.device, by: entry.implementation)
      last = entry
    }
    var plan = Plan(placements)
    plan.fitQueues()
    return plan
  }
}
