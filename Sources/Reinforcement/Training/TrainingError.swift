/// Why a training can't begin or go on.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  case needsDiscreteActions(algorithm: String)
  case needsContinuousActions(algorithm: String)
  case diverged(step: Int, loss: Float)
  case notFinite(step: Int)

  public var description: String {
    switch self {
    case .needsDiscreteActions(let algorithm):
      "\(algorithm) learns discrete actions only, and this environment's are continuous; use ddpg or td3"
    case .needsContinuousActions(let algorithm):
      "\(algorithm) learns continuous actions only, and this environment's are discrete; use dqn"
    case .diverged(let step, let loss):
      "learning has failed: the loss is \(loss) at step \(step); lower learning_rate, or check the rewards"
    case .notFinite(let step):
      "learning has failed: a weight is no finite number at step \(step); lower learning_rate, or check the rewards"
    }
  }
}
