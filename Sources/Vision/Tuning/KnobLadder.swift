import Dataflow

extension ServingSettings.Knob {
  /// The values that a search tries, in ascending order; empty for a knob that isn't searched.
  func ladder(cores: Int) -> [Int] {
    switch self {
    case .concurrency: []
    // Coarser where one more makes little difference.
    case .preprocessingInstances, .inferenceInstances:
      (1...2 * cores).filter { $0 <= 16 || $0 == 2 * cores || $0.isMultiple(of: 8) }
    case .preprocessingBatch, .inferenceBatch: [1, 2, 4, 8, 16]
    case .preprocessingDelay, .inferenceDelay: [0, 500, 1000, 2000, 5000]
    }
  }
}

extension Pipeline {
  /// The values to try for each knob with an effect: batches and their delays only in a segment with a stage
  /// that processes several items at once.
  public func ladders(for plan: Plan, on platform: Platform) -> [ServingSettings.Knob: [Int]] {
    let cores = platform.device(of: .cpu)?.cores ?? 1
    func doesBatches(_ stages: [String]) -> Bool {
      graph.stages.contains { stage in
        guard stages.contains(stage.name),
          let placement = plan.placements.first(where: { $0.stages.contains(stage.name) }),
          let device = platform.device(named: placement.device(of: stage.name))
        else { return false }
        return device.implementations(of: stage).contains { stage.maximumBatchSize(by: $0) > 1 }
      }
    }
    let (before, after) = halves
    guard !before.isEmpty, !after.isEmpty else { return [:] }
    var knobs: [ServingSettings.Knob] = [.preprocessingInstances, .inferenceInstances]
    if doesBatches(before) { knobs += [.preprocessingBatch, .preprocessingDelay] }
    if doesBatches(after) { knobs += [.inferenceBatch, .inferenceDelay] }
    return Dictionary(uniqueKeysWithValues: knobs.map { ($0, $0.ladder(cores: cores)) })
  }
}
