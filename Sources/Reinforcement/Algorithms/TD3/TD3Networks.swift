/// One actor and two critics, each with its target.
final class TD3Networks: Checkpointable {
  let actor: DeterministicActor
  let critics: (Critic, Critic)

  init(
    _ configuration: TD3Configuration, observationSize: Int, actionSize: Int, on backend: any NetworkBackend,
    using random: inout RandomStream
  ) throws {
    let (settings, common) = (configuration.actorCritic, configuration.common)
    actor = try settings.makeActor(
      common, observationSize: observationSize, actionSize: actionSize, on: backend, using: &random)
    critics = try (
      settings.makeCritic(
        common, observationSize: observationSize, actionSize: actionSize, on: backend, using: &random),
      settings.makeCritic(
        common, observationSize: observationSize, actionSize: actionSize, on: backend, using: &random)
    )
  }

  func moveTargets(by tau: Double) {
    critics.0.network.moveTarget(by: tau)
    critics.1.network.moveTarget(by: tau)
    actor.network.moveTarget(by: tau)
  }

  func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.put("actor", actor)
    checkpoint.put("critic 0", critics.0)
    checkpoint.put("critic 1", critics.1)
  }

  func restore(from checkpoint: CheckpointReader) throws {
    try checkpoint.get("actor", actor)
    try checkpoint.get("critic 0", critics.0)
    try checkpoint.get("critic 1", critics.1)
  }
}
