import Dataflow

/// A training to be run: an algorithm with its settings, an environment, how long, and from which seed.
public struct Experiment: Sendable {
  public var name: String
  /// The environment's name in `Environments.all`.
  public var environment: String
  public var algorithm: any AlgorithmConfiguration
  public var budget: Budget

  /// How long to train, and what to do on the way.
  public struct Budget: Sendable, Hashable {
    /// Environment steps; also what the algorithm's schedules refer to.
    public var steps = 100_000
    public var seed = 0
    /// Threads that the kernels of a large network may use: 1 or 2. Results are the same.
    public var threads = 1
    /// Steps from one evaluation to the next; 0: none.
    public var evaluationFrequency = 0
    public var evaluationEpisodes = 20
    /// Steps from one record in the logs to the next.
    public var logFrequency = 1_000
    /// Steps of an evaluation after which episodes that go on are left as they are.
    public var evaluationSteps = 100_000
    /// Steps from one checkpoint to the next; 0: by time.
    public var checkpointFrequency = 0
    /// Minutes from one checkpoint to the next where no number of steps is given; 0: only at the end.
    public var checkpointMinutes = 10.0
    /// Whether checkpoints keep the replay memory, without which a run can't go on.
    public var savesReplay = true

    public init() {}

    /// The seed of the episodes that policies are evaluated in, which training doesn't see.
    var evaluationSeed: UInt64 { UInt64(seed) + 1 << 32 }
    /// The seed of episodes that neither training nor its evaluations see.
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
