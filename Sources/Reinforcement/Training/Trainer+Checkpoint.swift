import Dataflow

extension Trainer {
  /// Writes all that going on needs, whole or not at all.
  ///
  /// - Parameter withReplay: `false` keeps the networks only: enough to evaluate and export, not to go on.
  /// - Throws: `CheckpointError`; what was at the path before is untouched then.
  public func save(to path: String, withReplay: Bool = true) throws {
    var checkpoint = try CheckpointWriter(path: path, metadata: metadata)
    checkpoint.put("learner", parts.learner)
    try parts.backend.check()
    if withReplay {
      checkpoint.put("actor", parts.actor)
      checkpoint.put("accumulator", parts.accumulator)
      checkpoint.put("table", parts.table)
      checkpoint.put("sampling", parts.sampling)
      checkpoint.put("best", [bestReturn].compactMap { $0 })
    }
    try checkpoint.finish()
  }

  /// Takes over the state of a run of the same experiment; training goes on where that stopped.
  ///
  /// - Throws: `CheckpointError` naming what doesn't fit.
  public func restore(from checkpoint: CheckpointReader) throws {
    guard checkpoint.contains("sampling") else {
      throw checkpoint.refusal("it has the policy only, without the replay memory; resume from another one")
    }
    try checkpoint.get("learner", parts.learner)
    try checkpoint.get("actor", parts.actor)
    try checkpoint.get("accumulator", parts.accumulator)
    try checkpoint.get("table", parts.table)
    parts.sampling = try checkpoint.get("sampling")
    bestReturn = try checkpoint.get("best", as: [Double].self).first
    try parts.backend.check()
  }

  private var metadata: CheckpointMetadata {
    CheckpointMetadata(
      experiment: experiment.yaml, algorithm: type(of: experiment.algorithm).algorithm,
      environment: experiment.environment, steps: steps, updates: updates,
      seed: UInt64(experiment.schedule.seed), programVersion: Version.current)
  }
}

extension Experiment {
  /// The experiment that a checkpoint was made in.
  ///
  /// - Throws: `ConfigurationError` if this program doesn't know it.
  public init(of checkpoint: CheckpointReader) throws {
    try self.init(yaml: checkpoint.metadata.experiment, file: checkpoint.path)
  }
}
