/// An actor and critics, each with its target.
final class ActorCriticNetworks: Checkpointable {
  let actor: DeterministicActor
  /// At least one.
  let critics: [Critic]

  /// - Throws: `DeviceError`.
  init(
    _ settings: ActorCriticSettings, _ common: OffPolicySettings, critics: Int, observationSize: Int,
    actionSize: Int, on backend: any NetworkBackend, using random: inout RandomStream
  ) throws {
    actor = DeterministicActor(
      try common.makeNetwork(
        settings.actorArchitecture, inputSize: observationSize, outputSize: actionSize,
        outputActivation: .tanh, on: backend, using: &random))
    self.critics = try (0..<critics).map { _ in
      Critic(
        try common.makeNetwork(
          settings.criticArchitecture, inputSize: observationSize + actionSize, outputSize: 1, on: backend,
          using: &random))
    }
  }

  func moveTargets(by tau: Double) {
    for critic in critics { critic.network.moveTarget(by: tau) }
    actor.network.moveTarget(by: tau)
  }

  /// The parts of a checkpoint, by name.
  private var parts: [(name: String, network: TargetedNetwork)] {
    [("actor", actor.network)]
      + critics.enumerated().map { (critics.count == 1 ? "critic" : "critic \($0)", $1.network) }
  }

  func save(to checkpoint: inout CheckpointWriter) {
    for part in parts { checkpoint.put(part.name, part.network) }
  }

  func restore(from checkpoint: CheckpointReader) throws {
    for part in parts { try checkpoint.get(part.name, part.network) }
  }
}
