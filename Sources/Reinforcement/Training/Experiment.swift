import Dataflow

/// A training to run: an algorithm with its settings, an environment, a budget and a seed.
public struct Experiment: Sendable {
  public var name: String
  /// The environment's name in `EnvironmentRegistry`.
  public var environment: String
  public var algorithm: any AlgorithmConfiguration
  public var budget: Budget

  /// The length of a training, and the actions on the way.
  public struct Budget: Sendable, Hashable {
    /// Environment steps, also the basis of the algorithm's schedules.
    public var steps = 100_000
    public var seed = 0
    /// Threads for the kernels of a large network: 1 or 2. Results are the same.
    public var threads = 1
    /// Steps between evaluations; 0: none.
    public var evaluationFrequency = 0
    public var evaluationEpisodes = 20
    /// Steps between records in the logs.
    public var logFrequency = 1_000
    /// The most steps of an episode in evaluations.
    public var evaluationSteps = 100_000
    /// Steps between checkpoints; 0: by time.
    public var checkpointFrequency = 0
    /// Minutes between checkpoints without `checkpointFrequency`; 0: only at the end.
    public var checkpointMinutes = 10.0
    /// Whether checkpoints keep the replay memory. Without it a run can't be resumed.
    public var savesReplay = true

    public init() {}

    /// The seed of evaluation episodes, which training doesn't use.
    var evaluationSeed: UInt64 { UInt64(seed) + 1 << 32 }
    /// The seed of test episodes, which neither training nor its evaluations use.
    var testSeed: UInt64 { UInt64(seed) + 1 << 33 }

    static let settings: [Setting<Budget>] = [
      .integer("steps", \.steps, in: 1...1_000_000_000_000),
      .integer("seed", \.seed, in: 0...Int(UInt32.max)),
      .integer("threads", \.threads, in: 1...2),
      .integer("eval_freq", \.evaluationFrequency, in: 0...1_000_000_000_000),
      .integer("n_eval_episodes", \.evaluationEpisodes, in: 1...1_000),
      .integer("eval_max_steps", \.evaluationSteps, in: 1...1_000_000_000),
      .integer("log_freq", \.logFrequency, in: 1...1_000_000_000_000),
      .integer("save_freq", \.checkpointFrequency, in: 0...1_000_000_000_000),
      .number("save_minutes", \.checkpointMinutes, in: 0...1_000_000),
      .boolean("save_replay", \.savesReplay),
    ]
  }

  public init(
    _ name: String, environment: String, algorithm: any AlgorithmConfiguration,
    budget: Budget = Budget()
  ) {
    self.name = name
    self.environment = environment
    self.algorithm = algorithm
    self.budget = budget
  }
}

extension AlgorithmConfiguration {
  /// The algorithm's settings and the common ones.
  static var allSettings: [Setting<Self>] {
    OffPolicySettings.settings.map { $0.lifted(to: \Self.common) } + settings
  }
}
