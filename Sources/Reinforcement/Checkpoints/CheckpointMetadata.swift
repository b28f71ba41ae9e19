/// A checkpoint's description of its run.
public struct CheckpointMetadata: Codable, Hashable, Sendable {
  /// The experiment, as the text of its YAML file.
  public var experiment: String
  public var algorithm: String
  public var environment: String
  /// Environment steps so far.
  public var steps: Int
  /// The learner's updates so far.
  public var updates: Int
  public var seed: UInt64
  /// The version of the program that wrote it.
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
