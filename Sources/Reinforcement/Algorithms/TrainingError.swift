/// The reason why a training can't begin or go on.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  case needsDiscreteActions(algorithm: String)
  case needsContinuousActions(algorithm: String)
  /// The ratio of the two numbers would make the alternating graph too large.
  case roundTooLong(steps: Int, updates: Int)
  case diverged(step: Int, loss: Float)
  case notFinite(step: Int)
  /// An environment's observation or reward isn't finite.
  case flawedEnvironment(String, step: Int, reason: String)
  /// A setting that a file may not have.
  case impossibleSetting(String)
  case impossibleSpace(environment: String, reason: String)

  public var description: String {
    switch self {
    case .needsDiscreteActions(let algorithm):
      "\(algorithm) learns discrete actions only, and this environment's are continuous; use ddpg or td3"
    case .needsContinuousActions(let algorithm):
      "\(algorithm) learns continuous actions only, and this environment's are discrete; use dqn"
    case .roundTooLong(let steps, let updates):
      "rounds of train_freq \(steps) and gradient_steps \(updates) are too long; choose smaller ones, or ones with "
        + "a large common divisor"
    case .diverged(let step, let loss):
      "learning has failed: the loss is \(loss) at step \(step); lower learning_rate, or check the rewards"
    case .notFinite(let step):
      "learning has failed: a weight is no finite number at step \(step); lower learning_rate, or check the rewards"
    case .flawedEnvironment(let environment, let step, let reason):
      "\(environment) \(reason) at step \(step); nothing can be learned from that"
    case .impossibleSetting(let reason): "\(reason)"
    case .impossibleSpace(let environment, let reason): "\(environment): \(reason)"
    }
  }
}
