import Kernels

/// Learns critics by temporal differences, and an actor by the first critic's slope. With one critic it is
/// deep deterministic policy gradient (Lillicrap et al. 2016). Twin delayed DDPG (Fujimoto et al. 2018) takes
/// the lower of two critics, improves the actor every few updates, and smooths the targets.
final class ActorCriticLearner: Learner {
  private let networks: ActorCriticNetworks
  private let tau: Double
  private let policyDelay: Int
  private let smoothing: TargetSmoothing?
  private let input: CriticInput
  private let targets: UnsafeMutablePointer<Float>
  let policy: any Policy
  let behaviour: any Behaviour
  private(set) var updates = 0
  let hasActor = true
  private(set) var actorLoss: Float?

  /// - Parameters:
  ///   - policyDelay: the critics' updates for each update of the actor and the targets.
  ///   - smoothing: the noise on the targets' actions; `nil`: none.
  init(
    _ settings: ActorCriticSettings, networks: ActorCriticNetworks, policyDelay: Int = 1,
    smoothing: TargetSmoothing? = nil
  ) {
    self.networks = networks
    self.policyDelay = policyDelay
    self.smoothing = smoothing
    tau = settings.tau
    let actor = networks.actor.network.online
    policy = DeterministicPolicy(actor.host)
    behaviour = ActionNoise(policy, settings, actionSize: actor.outputSize)
    let batch = actor.maximumBatch
    input = CriticInput(capacity: batch, observationSize: actor.inputSize, actionSize: actor.outputSize)
    targets = .allocate(capacity: batch)
    targets.initialize(repeating: 0, count: batch)
  }

  deinit { targets.deallocate() }

  var parameters: [ParameterVector] {
    [networks.actor.network.online.parameters] + networks.critics.map(\.network.online.parameters)
  }

  func learn(from minibatch: Minibatch, step: Int) -> Float {
    smoothing?.draw(rows: minibatch.count)
    return learn(from: minibatch)
  }

  /// Runs one update with the noise in `smoothing`.
  func learn(from minibatch: Minibatch) -> Float {
    makeTargets(from: minibatch)
    let observations = minibatch.observations.view.prefix(minibatch.count)
    let joined = input.join(observations, minibatch.actions.view)
    var loss: Float = 0
    for critic in networks.critics { loss += critic.fit(joined, to: targets) }
    updates += 1
    actorLoss = nil
    if updates.isMultiple(of: policyDelay) {
      actorLoss = networks.actor.improve(by: networks.critics[0], at: observations)
      networks.moveTargets(by: tau)
    }
    return loss
  }

  /// r + γⁿ · min Q′ᵢ(s′, π′(s′) + noise); without the second term after a termination.
  private func makeTargets(from minibatch: Minibatch) {
    let next = minibatch.nextObservations.view.prefix(minibatch.count)
    let actions = networks.actor.network.target.forward(next)
    smoothing?.disturb(actions)
    let joined = input.join(next, actions)
    for (index, critic) in networks.critics.enumerated() {
      let values = critic.network.target.forward(joined)
      for row in 0..<minibatch.count {
        targets[row] = index == 0 ? values[row, 0] : min(targets[row], values[row, 0])
      }
    }
    for row in 0..<minibatch.count {
      targets[row] = minibatch.rewards[row] + minibatch.discounts[row] * targets[row]
    }
  }

  func restartCounting() { updates = 0 }

  func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.put("networks", networks)
    checkpoint.put("updates", updates)
    if let smoothing { checkpoint.put("random", smoothing.random) }
  }

  func restore(from checkpoint: CheckpointReader) throws {
    try checkpoint.get("networks", networks)
    updates = try checkpoint.get("updates")
    if let smoothing { smoothing.random = try checkpoint.get("random") }
  }
}
