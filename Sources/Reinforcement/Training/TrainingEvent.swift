/// A trainer's report during training.
public enum TrainingEvent: Sendable {
  case progress(TrainingProgress)
  /// An evaluation of the policy at this step; `isBest` if its mean return is the highest so far.
  case evaluation(step: Int, Evaluation, isBest: Bool)
  /// The checkpoint interval in steps has passed.
  case checkpointDue(step: Int)
}

/// The progress of a training.
public struct TrainingProgress: Sendable {
  public let step: Int
  /// The step at which this call of `train` will end.
  public let limit: Int
  public let updates: Int
  public let episodes: Int
  /// Over the last hundred episodes; `nil` before the first.
  public let meanReturn: Double?
  public let meanLength: Double?
  /// Since the last record; `nil` without an update.
  public let meanLoss: Double?
  /// Of the actor; `nil` also without one.
  public let meanActorLoss: Double?
  /// Whether there is an actor, so that the loss is a critic's.
  public let hasActor: Bool
  /// The chance of a random action; `nil` without such exploration.
  public let explorationRate: Double?
  public let learningRate: Double
  /// Since the start of this call of `train`.
  public let seconds: Double
  public let stepsPerSecond: Double
}
