/// What a trainer tells of while it trains.
public enum TrainingEvent: Sendable {
  case progress(TrainingProgress)
  /// The policy of this step was evaluated; `isBest` if none before earned as much.
  case evaluation(step: Int, Evaluation, isBest: Bool)
  /// As many steps as the experiment says are over since the last checkpoint.
  case checkpointDue(step: Int)
}

/// How a training goes.
public struct TrainingProgress: Sendable {
  public let step: Int
  /// The step at which this call of `train` will end.
  public let limit: Int
  public let updates: Int
  public let episodes: Int
  /// Over the last hundred episodes; `nil` before the first.
  public let meanReturn: Double?
  public let meanLength: Double?
  /// Since the last record; `nil` if there was no update.
  public let meanLoss: Double?
  /// Of the actor; `nil` also if there is none.
  public let meanActorLoss: Double?
  /// Whether the loss is a critic's, beside an actor.
  public let hasActor: Bool
  public let explorationRate: Double?
  public let learningRate: Double
  /// Since this call of `train` began.
  public let seconds: Double
  public let stepsPerSecond: Double
}
