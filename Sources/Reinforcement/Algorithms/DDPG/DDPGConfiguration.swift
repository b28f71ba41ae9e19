import Dataflow

/// The settings of deep deterministic policy gradient (Lillicrap et al. 2016), with Stable-Baselines3's
/// defaults.
public struct DDPGConfiguration: AlgorithmConfiguration {
  public static let algorithm = "ddpg"

  public var common = OffPolicySettings()
  public var actorCritic = ActorCriticSettings()

  public init() { common.hidden = [400, 300] }

  public static let settings = ActorCriticSettings.settings.map { $0.lifted(to: \Self.actorCritic) }

  public func makeLearner(
    for spaces: Spaces, steps: Int, on backend: any NetworkBackend, using random: inout RandomStream
  ) throws -> any Learner {
    guard case .continuous(let actions) = spaces.action else {
      throw TrainingError.needsContinuousActions(algorithm: Self.algorithm)
    }
    return ActorCriticLearner(
      actorCritic,
      networks: try ActorCriticNetworks(
        actorCritic, common, critics: 1, observationSize: spaces.observation.size, actionSize: actions.size,
        on: backend, using: &random))
  }

  public func networkSizes(for spaces: Spaces) -> [[Int]] {
    actorCritic.sizes(actor: policySizes(spaces), critic: criticSizes(spaces), critics: 1)
  }

  public func updateWork(for spaces: Spaces) -> UpdateWork {
    var work = UpdateWork(batch: common.batchSize)
    work.actorCritic(actor: policySizes(spaces), critic: criticSizes(spaces), critics: 1, share: 1)
    return work
  }
}
