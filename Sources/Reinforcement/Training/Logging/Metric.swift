/// A reported quantity, by its name in TensorBoard: Stable-Baselines3's if it has one, so that runs of both
/// share a diagram.
public struct Metric: RawRepresentable, Hashable, Sendable {
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }

  /// Mean return of the latest 100 episodes.
  public static let meanReturn = Metric(rawValue: "rollout/ep_rew_mean")
  /// Mean number of steps of the latest 100 episodes.
  public static let meanLength = Metric(rawValue: "rollout/ep_len_mean")
  /// Probability of a random action.
  public static let explorationRate = Metric(rawValue: "rollout/exploration_rate")
  public static let loss = Metric(rawValue: "train/loss")
  public static let actorLoss = Metric(rawValue: "train/actor_loss")
  public static let criticLoss = Metric(rawValue: "train/critic_loss")
  public static let learningRate = Metric(rawValue: "train/learning_rate")
  /// The learner's updates so far.
  public static let updates = Metric(rawValue: "train/n_updates")
  public static let episodes = Metric(rawValue: "time/episodes")
  /// Environment steps a second.
  public static let stepsPerSecond = Metric(rawValue: "time/fps")
  /// Seconds since the run began.
  public static let elapsed = Metric(rawValue: "time/time_elapsed")
  /// Mean return of an evaluation.
  public static let evaluationReturn = Metric(rawValue: "eval/mean_reward")
  public static let evaluationLength = Metric(rawValue: "eval/mean_ep_length")
}
