import Basics
import Dataflow

extension Trainer {
  /// Writes the whole state for resuming, as a whole or not at all.
  ///
  /// - Parameter withReplay: `false` keeps the networks only: enough to evaluate and export, not to resume.
  /// - Throws: `CheckpointError`; the file at the path is untouched then.
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
      checkpoint.put("round", parts)
      checkpoint.put("evaluation-due", isEvaluationDue)
    }
    try checkpoint.finish()
  }

  /// Takes over the state of a run of the same experiment, and training resumes there. Settings outside
  /// `Experiment.fixedKeys` may differ.
  ///
  /// - Throws: `CheckpointError` with the part that doesn't fit.
  public func restore(from checkpoint: CheckpointReader) throws {
    let metadata = checkpoint.metadata
    let changes = experiment.changes(since: metadata.experiment)
    if let change = changes.first(where: { Experiment.fixedKeys.contains($0.key) }) {
      throw checkpoint.refusal("its run has \(change.key) \(change.before), not \(change.now)")
    }
    guard checkpoint.contains("sampling") else {
      throw checkpoint.refusal("it has the policy only, without the replay memory; resume from another one")
    }
    try checkpoint.get("learner", parts.learner)
    try checkpoint.get("actor", parts.actor)
    try checkpoint.get("accumulator", parts.accumulator)
    try checkpoint.get("table", parts.table)
    parts.sampling = try checkpoint.get("sampling")
    bestReturn = try checkpoint.get("best", as: [Double].self).first
    if checkpoint.contains("round.updates-left") { try checkpoint.get("round", parts) }
    isEvaluationDue =
      checkpoint.contains("evaluation-due") ? try checkpoint.get("evaluation-due") : false
    try parts.backend.check()
  }

  /// Takes over only the weights and the optimisers' moments of a run with the same algorithm and networks. A
  /// new run begins with them.
  ///
  /// - Throws: `CheckpointError` with the part that doesn't fit.
  public func start(from checkpoint: CheckpointReader) throws {
    let algorithm = type(of: experiment.algorithm).algorithm
    guard checkpoint.metadata.algorithm == algorithm else {
      throw checkpoint.refusal("it is of \(checkpoint.metadata.algorithm), not of \(algorithm)")
    }
    // Different sizes with equal padding would fit.
    if let change = experiment.changes(since: checkpoint.metadata.experiment).first(where: {
      Experiment.networkKeys.contains($0.key)
    }) {
      throw checkpoint.refusal("its networks have \(change.key) \(change.before), not \(change.now)")
    }
    do {
      try checkpoint.get("learner", parts.learner)
    } catch  where checkpoint.metadata.environment != experiment.environment {
      throw checkpoint.refusal(
        "it is of \(checkpoint.metadata.environment), whose observations or actions have other sizes than those of \(experiment.environment)"
      )
    }
    parts.learner.restartCounting()
    try parts.backend.check()
    guard parts.learner.parameters.allSatisfy(\.isFinite) else {
      throw checkpoint.refusal("its weights are no finite numbers: learning had failed there")
    }
  }

  private var metadata: CheckpointMetadata {
    CheckpointMetadata(
      experiment: experiment.yaml, algorithm: type(of: experiment.algorithm).algorithm,
      environment: experiment.environment, steps: steps, updates: updates,
      seed: UInt64(experiment.budget.seed), programVersion: Version.current)
  }
}

extension Experiment {
  /// The experiment of a checkpoint.
  ///
  /// - Parameter changes: settings that replace its own, each as `key=value`.
  /// - Throws: `ConfigurationError` if it is unknown to this program.
  public init(of checkpoint: CheckpointReader, changes: [String] = []) throws {
    try self.init(yaml: checkpoint.metadata.experiment, file: checkpoint.path, changes: changes)
  }
}
