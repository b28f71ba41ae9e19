import Dataflow

/// The settings of twin delayed DDPG (Fujimoto et al. 2018), with Stable-Baselines3's defaults.
public struct TD3Configuration: AlgorithmConfiguration {
  public static let algorithm = "td3"

  public var common = OffPolicySettings()
  public var actorCritic = ActorCriticSettings()
  /// The critics' updates for each update of the actor and the targets.
  public var policyDelay = 2
  /// The standard deviation and the bound of the noise on the target's actions.
  public var targetPolicyNoise = 0.2
  public var targetNoiseClip = 0.5

  public init() { common.hidden = [400, 300] }

  public static let settings =
    ActorCriticSettings.settings.map { $0.lifted(to: \Self.actorCritic) } + [
      .integer("policy_delay", \Self.policyDelay, in: 1...1000),
      .number("target_policy_noise", \Self.targetPolicyNoise, in: 0...10),
      .number("target_noise_clip", \Self.targetNoiseClip, in: 0...10),
    ]

  public func makeLearner(
    for spaces: Spaces, steps: Int, on backend: any NetworkBackend, using random: inout RandomStream
  ) throws -> any Learner {
    guard case .continuous(let actions) = spaces.action else {
      throw TrainingError.needsContinuousActions(algorithm: Self.algorithm)
    }
    let networks = try ActorCriticNetworks(
      actorCritic, common, critics: 2, observationSize: spaces.observation.size, actionSize: actions.size,
      on: backend, using: &random)
    return ActorCriticLearner(
      actorCritic, networks: networks, policyDelay: policyDelay,
      smoothing: TargetSmoothing(
        self, actionSize: actions.size, random: RandomStream(seed: random.next(), purpose: "smoothing")))
  }

  public func networkSizes(for spaces: Spaces) -> [[Int]] {
    actorCritic.sizes(actor: policySizes(spaces), critic: criticSizes(spaces), critics: 2)
  }

  public func updateWork(for spaces: Spaces) -> UpdateWork {
    var work = UpdateWork(batch: common.batchSize)
    work.actorCritic(
      actor: policySizes(spaces), critic: criticSizes(spaces), critics: 2, share: 1 / Double(policyDelay))
    return work
  }
}
