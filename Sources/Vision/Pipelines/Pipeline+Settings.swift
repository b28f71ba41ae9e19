import Basics
import Dataflow

extension Pipeline {
  /// The plan with the knobs that the pipeline's file sets.
  ///
  /// Preprocessing is everything before the network. Segments with equal workers and batches stay in the same
  /// workers, if the plan has them there: an image then changes no thread.
  ///
  /// - Returns: the same plan if no knob is set, or nothing precedes the network.
  public func apply(_ settings: ServingSettings, to plan: Plan) -> Plan {
    let (before, after) = halves
    guard !before.isEmpty, !after.isEmpty else { return plan }
    var preprocessing = Segment(before, of: plan)
    var inference = Segment(after, of: plan)
    preprocessing.turn(
      settings.knobs[.preprocessingInstances], settings.knobs[.preprocessingBatch],
      settings.knobs[.preprocessingDelay])
    inference.turn(
      settings.knobs[.inferenceInstances], settings.knobs[.inferenceBatch], settings.knobs[.inferenceDelay])
    guard preprocessing.isTurned || inference.isTurned else { return plan }
    let isFused = plan.placements.contains { $0.stages.contains(before[0]) && $0.stages.contains(after[0]) }
    var placements = preprocessing.placements + inference.placements
    if isFused, placements.count == 2, placements[0].workers == placements[1].workers {
      placements = [placements[0].joined(with: placements[1])]
    }
    var turned = Plan(placements, queueCapacity: plan.queueCapacity)
    turned.fitQueues()
    return turned
  }

  /// The constraints of the file's knobs on the planner, by stage. Delays do not constrain it.
  var constraints: [String: PlacementConstraint] {
    let (before, after) = halves
    guard !before.isEmpty, !after.isEmpty else { return [:] }
    func constraint(_ instances: ServingSettings.Knob, _ batch: ServingSettings.Knob) -> PlacementConstraint {
      PlacementConstraint(instances: settings.knobs[instances], batch: settings.knobs[batch])
    }
    let preprocessing = constraint(.preprocessingInstances, .preprocessingBatch)
    let inference = constraint(.inferenceInstances, .inferenceBatch)
    return Dictionary(
      uniqueKeysWithValues: before.map { ($0, preprocessing) } + after.map { ($0, inference) }
    ).filter { $0.value != PlacementConstraint() }
  }

  /// The plan for stages of unknown cost.
  public func usualPlan(on platform: Platform) -> Plan {
    platform.device(of: .cpu).map { .overlapping(graph, on: $0) } ?? .fused(graph)
  }

  /// The knobs' values in a plan.
  public func knobs(of plan: Plan) -> [ServingSettings.Knob: Int] {
    let (before, after) = halves
    var knobs: [ServingSettings.Knob: Int] = [:]
    if let first = before.first, let half = plan.placement(of: first) {
      knobs[.preprocessingInstances] = half.instances
      knobs[.preprocessingBatch] = half.batch
      knobs[.preprocessingDelay] = Int(saturating: half.queueDelay * 1e6)
    }
    if let first = after.first, let half = plan.placement(of: first) {
      knobs[.inferenceInstances] = half.instances
      knobs[.inferenceBatch] = half.batch
      knobs[.inferenceDelay] = Int(saturating: half.queueDelay * 1e6)
    }
    return knobs
  }

  /// The position of the network's stage: the first that takes batches and gives none, or else the last
  /// stage.
  public var network: Int {
    graph.stageOrder.first { index in
      let stage = graph.stages[index]
      return stage.inputs.contains(where: \.type.isSlot) && !stage.outputs.contains(where: \.type.isSlot)
    } ?? (graph.stages.count - 1)
  }

  /// The names of the stages before the network, and of the others.
  var halves: (before: [String], after: [String]) {
    let (order, network) = (graph.stageOrder, network)
    let position = order.firstIndex(of: network) ?? 0
    let names = order.map { graph.stages[$0].name }
    return (Array(names[..<position]), Array(names[position...]))
  }
}

/// The placements of a segment of a pipeline's stages, before some of their numbers change.
private struct Segment {
  private(set) var placements: [Placement]
  private(set) var isTurned = false

  init(_ stages: [String], of plan: Plan) {
    placements = plan.part(of: stages).placements
  }

  mutating func turn(_ instances: Int?, _ batch: Int?, _ delay: Int?) {
    for index in placements.indices {
      if let instances { placements[index].instances = instances }
      if let batch { placements[index].batch = batch }
      if let delay { placements[index].queueDelay = Double(delay) / 1e6 }
    }
    isTurned = instances != nil || batch != nil || delay != nil
  }
}

extension Plan {
  fileprivate func placement(of stage: String) -> Placement? {
    placements.first { $0.stages.contains(stage) }
  }
}

extension Placement {
  /// The numbers that its workers depend on.
  fileprivate var workers: [Double] { [Double(instances), Double(batch), queueDelay] }

  fileprivate func joined(with other: Placement) -> Placement {
    var all = self
    all.stages += other.stages
    all.implementations.merge(other.implementations) { first, _ in first }
    for stage in other.stages where other.device(of: stage) != device {
      all.devices[stage] = other.device(of: stage)
    }
    return all
  }
}
