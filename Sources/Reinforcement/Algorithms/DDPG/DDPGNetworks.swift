/// One actor and one critic, each with its target.
final class DDPGNetworks: Checkpointable {
  let actor: DeterministicActor
  let critic: Critic

  init(
    _ configuration: DDPGConfiguration, observationSize: Int, actionSize: Int, on backend: any NetworkBackend,
    using random: inout RandomStream
  ) throws {
    let (settings, common) = (configuration.actorCritic, configuration.common)
    actor = try settings.makeActor(
      common, observationSize: observationSize, actionSize: actionSize, on: backend, using: &random)
    critic = try settings.makeCritic(
      common, observationSize: observationSize, actionSize: actionSize, on: backend, using: &random)
  }

  func moveTargets(by tau: Double) {
    critic.network.moveTarget(by: tau)
    actor.network.moveTarget(by: tau)
  }

  func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.put("actor", actor)
    checkpoint.put("critic", critic)
  }

  func restore(from checkpoint: CheckpointReader) throws {
    try checkpoint.get("actor", actor)
    try checkpoint.get("critic", critic)
  }
}
