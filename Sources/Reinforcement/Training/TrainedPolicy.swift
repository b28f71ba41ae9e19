import Kernels

/// A policy from a checkpoint, for evaluation and export. The replay memory isn't read.
public final class TrainedPolicy {
  public let experiment: Experiment
  public let metadata: CheckpointMetadata
  public let policy: any Policy
  public let spaces: Spaces
  let makeEnvironments: (_ count: Int) throws -> VectorEnvironment

  /// The policy of an experiment in a registered environment.
  ///
  /// - Throws: `CheckpointError`, or `ConfigurationError` for an unknown experiment.
  public convenience init(contentsOf path: String) throws {
    let checkpoint = try CheckpointReader(path: path)
    let experiment = try Experiment(of: checkpoint)
    try self.init(experiment, checkpoint) { try EnvironmentRegistry.make(experiment.environment, count: $0) }
  }

  /// The policy of an experiment in an environment of any type.
  public convenience init(
    contentsOf path: String, _ experiment: Experiment, in environment: some Environment
  ) throws {
    try Spaces(of: environment).check(type(of: environment).id)
    try self.init(experiment, CheckpointReader(path: path)) { VectorEnvironment(environment, count: $0) }
  }

  private init(
    _ experiment: Experiment, _ checkpoint: CheckpointReader,
    _ makeEnvironments: @escaping (_ count: Int) throws -> VectorEnvironment
  ) throws {
    self.experiment = experiment
    self.makeEnvironments = makeEnvironments
    metadata = checkpoint.metadata
    try experiment.check()
    spaces = try makeEnvironments(1).spaces
    try MemoryForecast(experiment, spaces, isTraining: false).check()
    var random = RandomStream(seed: 0)
    let learner = try experiment.algorithm.makeLearner(
      for: spaces, steps: experiment.budget.steps, on: HostBackend(), using: &random)
    try checkpoint.get("learner", learner)
    policy = learner.policy
    guard policy.network.parameters.isFinite else {
      throw CheckpointError(
        file: checkpoint.path,
        .unfit(part: "learner", reason: "its weights are no finite numbers: learning had failed there"))
    }
  }

  /// The policy's returns without exploration.
  ///
  /// - Parameters:
  ///   - seed: of the first episode; the others follow it. If `nil`, a seed that neither training nor its
  ///     evaluations use: the best policy of some episodes is biased towards them.
  ///   - limit: the most steps of an episode; as in the training's evaluations if `nil`.
  public func evaluate(episodes: Int, seed: UInt64? = nil, limit: Int? = nil) throws -> Evaluation {
    let evaluator = Evaluator(try makeEnvironments(episodes), policy)
    let evaluation = evaluator.evaluate(
      policy, seed: seed ?? experiment.budget.testSeed, limit: limit ?? experiment.budget.evaluationSteps)
    guard let evaluation else { preconditionFailure("nobody stops it") }
    return evaluation
  }
}
