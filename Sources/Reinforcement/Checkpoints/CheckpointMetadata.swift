/// What a checkpoint says of the run that it was made in.
public struct CheckpointMetadata: Codable, Hashable, Sendable {
  /// The experiment, as the text of its YAML file.
  public var experiment: String
  public var algorithm: String
  public var environment: String
  /// Steps of the environment until then.
  public var steps: Int
  /// Updates of the learner until then.
  public var updates: Int
  public var seed: UInt64
  /// Of the program that wrote it.
  public var programVersion: String

  public init(
    experiment: String, algorithm: String, environment: String, steps: Int, updates: Int, seed: UInt64,
    programVersion: String
  ) {
    self.experiment = experiment
    self.algorithm = algorithm
    self.environment = environment
    self.steps = steps
    self.updates = updates
    self.seed = seed
    self.programVersion = programVersion
  }
}
