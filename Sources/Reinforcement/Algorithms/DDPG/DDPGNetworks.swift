/// One actor and one critic, each with its target.
final class DDPGNetworks: Checkpointable {
  let actor: DeterministicActor
  let critic: Critic

  init(
    _ configuration: DDPGConfiguration, observationSize: Int, actionSize: Int,
    using random: inout RandomStream
  ) {
    let (settings, common) = (configuration.actorCritic, configuration.common)
    actor = settings.makeActor(
      common, observationSize: observationSize, actionSize: actionSize, using: &random)
    critic = settings.makeCritic(
      common, observationSize: observationSize, actionSize: actionSize, using: &random)
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
