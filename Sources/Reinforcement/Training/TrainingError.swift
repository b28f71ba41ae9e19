/// Why a training can't begin or go on.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  case needsDiscreteActions(algorithm: String)
  case needsContinuousActions(algorithm: String)
  /// The two numbers have too little in common for a graph that alternates between them.
  case roundTooLong(steps: Int, updates: Int)
  case diverged(step: Int, loss: Float)
  case notFinite(step: Int)

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
    }
  }
}
