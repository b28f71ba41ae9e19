import Kernels

/// Learns two critics, believes the lower one, and improves the actor every few updates.
final class TD3Learner: Learner {
  private let configuration: TD3Configuration
  private let networks: TD3Networks
  private let input: CriticInput
  private let noise: Matrix
  private let targets: UnsafeMutablePointer<Float>
  private var random: RandomStream
  let policy: any Policy
  let behaviour: any Behaviour
  private(set) var updates = 0
  let hasActor = true
  private(set) var actorLoss: Float?

  init(_ configuration: TD3Configuration, networks: TD3Networks, random: RandomStream) {
    self.configuration = configuration
    self.networks = networks
    self.random = random
    let actor = networks.actor.network.online
    policy = DeterministicPolicy(actor.host)
    behaviour = ActionNoise(policy, configuration.actorCritic, actionSize: actor.outputSize)
    let batch = configuration.common.batchSize
    input = CriticInput(capacity: batch, observationSize: actor.inputSize, actionSize: actor.outputSize)
    noise = Matrix(rows: batch, columns: actor.outputSize)
    targets = .allocate(capacity: batch)
    targets.initialize(repeating: 0, count: batch)
  }

  deinit { targets.deallocate() }

  var parameters: [ParameterVector] {
    [
      networks.actor.network, networks.critics.0.network, networks.critics.1.network,
    ].map(\.online.parameters)
  }

  func learn(from minibatch: Minibatch, step: Int) -> Float {
    drawNoise(rows: minibatch.count)
    return learn(from: minibatch, noise: noise.view)
  }

  /// - Parameter noise: what to add to the target's actions, `[n, action size]`.
  func learn(from minibatch: Minibatch, noise: MatrixView) -> Float {
    TD3Loss.targets(targets, from: minibatch, noise: noise, networks, input)
    let observations = minibatch.observations.view.prefix(minibatch.count)
    let joined = input.join(observations, minibatch.actions.view)
    let loss = networks.critics.0.fit(joined, to: targets) + networks.critics.1.fit(joined, to: targets)
    updates += 1
    actorLoss = nil
    if updates.isMultiple(of: configuration.policyDelay) {
      actorLoss = networks.actor.improve(by: networks.critics.0, at: observations)
      networks.moveTargets(by: configuration.actorCritic.tau)
    }
    return loss
  }

  private func drawNoise(rows: Int) {
    let (sigma, limit) = (configuration.targetPolicyNoise, configuration.targetNoiseClip)
    for row in 0..<rows {
      for column in 0..<noise.view.columns {
        noise.view[row, column] = Float(min(max(sigma * random.normal(), -limit), limit))
      }
    }
  }

  func restartCounting() { updates = 0 }

  func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.put("networks", networks)
    checkpoint.put("updates", updates)
    checkpoint.put("random", random)
  }

  func restore(from checkpoint: CheckpointReader) throws {
    try checkpoint.get("networks", networks)
    updates = try checkpoint.get("updates")
    random = try checkpoint.get("random")
  }
}
