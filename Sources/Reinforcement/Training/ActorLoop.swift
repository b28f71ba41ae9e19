import Kernels

/// Acts in environments, and writes down what happened.
///
/// Everything here is used by the thread that runs the training graph.
final class ActorLoop: Checkpointable {
  let environments: VectorEnvironment
  private let behaviour: any Behaviour
  private let settings: OffPolicySettings
  private let actions: Matrix
  private let environmentActions: Matrix
  private var random: RandomStream
  let block: StepBlock
  let episodes = EpisodeWindow()
  /// Environment steps taken so far.
  private(set) var steps = 0

  init(
    _ environments: VectorEnvironment, _ behaviour: any Behaviour, _ settings: OffPolicySettings,
    random: RandomStream
  ) {
    self.environments = environments
    self.behaviour = behaviour
    self.settings = settings
    self.random = random
    let spaces = environments.spaces
    actions = Matrix(rows: environments.count, columns: spaces.action.size)
    environmentActions = Matrix(rows: environments.count, columns: spaces.action.size)
    block = StepBlock(capacity: settings.trainFrequency * environments.count, spaces: spaces)
  }

  /// One step of every environment.
  func step() {
    let observations = environments.observations.view
    if steps < settings.learningStarts {
      environments.actionSpace.sample(into: actions.view, using: &random)
    } else {
      behaviour.act(observations, step: steps, into: actions.view, using: &random)
    }
    let first = block.count
    for index in 0..<environments.count {
      block.observations.view.copyRow(first + index, from: observations, row: index)
      block.actions.view.copyRow(first + index, from: actions.view, row: index)
    }
    environments.actionSpace.scale(actions.view, into: environmentActions.view)
    environments.step(environmentActions.view)
    for index in 0..<environments.count {
      _ = block.nextObservations.view.row(first + index).update(
        fromContentsOf: environments.nextObservation(index))
      block.append(
        StepBlock.Outcome(
          environment: index, reward: environments.rewards[index],
          isTerminated: environments.terminated[index], isTruncated: environments.truncated[index]))
    }
    for episode in environments.finishedEpisodes {
      behaviour.episodeEnded(episode.environment)
      episodes.append(episode)
    }
    steps += environments.count
  }

  func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.put("environments", environments)
    checkpoint.put("behaviour", behaviour)
    checkpoint.put("random", random)
    checkpoint.put("episodes", episodes)
    checkpoint.put("steps", steps)
  }

  func restore(from checkpoint: CheckpointReader) throws {
    try checkpoint.get("environments", environments)
    try checkpoint.get("behaviour", behaviour)
    random = try checkpoint.get("random")
    try checkpoint.get("episodes", episodes)
    steps = try checkpoint.get("steps")
  }
}
