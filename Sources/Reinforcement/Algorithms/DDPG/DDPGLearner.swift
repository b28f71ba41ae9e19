import Kernels

/// Learns a critic by temporal differences, and an actor by the critic's slope.
final class DDPGLearner: Learner {
  private let configuration: DDPGConfiguration
  private let networks: DDPGNetworks
  private let input: CriticInput
  private let targets: UnsafeMutablePointer<Float>
  let policy: any Policy
  let behaviour: any Behaviour
  private(set) var updates = 0
  let hasActor = true
  private(set) var actorLoss: Float?

  init(_ configuration: DDPGConfiguration, networks: DDPGNetworks) {
    self.configuration = configuration
    self.networks = networks
    let actor = networks.actor.network.online
    policy = DeterministicPolicy(actor.host)
    behaviour = ActionNoise(policy, configuration.actorCritic, actionSize: actor.outputSize)
    let batch = configuration.common.batchSize
    input = CriticInput(capacity: batch, observationSize: actor.inputSize, actionSize: actor.outputSize)
    targets = .allocate(capacity: batch)
    targets.initialize(repeating: 0, count: batch)
  }

  deinit { targets.deallocate() }

  var parameters: [ParameterVector] {
    [networks.actor.network.online.parameters, networks.critic.network.online.parameters]
  }

  func learn(from minibatch: Minibatch, step: Int) -> Float {
    DDPGLoss.targets(targets, from: minibatch, networks, input)
    let observations = minibatch.observations.view.prefix(minibatch.count)
    let loss = networks.critic.fit(input.join(observations, minibatch.actions.view), to: targets)
    actorLoss = networks.actor.improve(by: networks.critic, at: observations)
    networks.moveTargets(by: configuration.actorCritic.tau)
    updates += 1
    return loss
  }

  func restartCounting() { updates = 0 }

  func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.put("networks", networks)
    checkpoint.put("updates", updates)
  }

  func restore(from checkpoint: CheckpointReader) throws {
    try checkpoint.get("networks", networks)
    updates = try checkpoint.get("updates")
  }
}
