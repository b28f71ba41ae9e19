import Dataflow
import Kernels

/// Acts in environments, and collects the steps.
///
/// Used by the thread that runs the training graph.
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
  /// Receives every step, with the action in the environment's form.
  var observer: ((StepRecord) -> Void)?

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

  /// Steps every environment.
  ///
  /// - Throws: `TrainingError.flawedEnvironment` for an observation or reward that isn't finite.
  func step() throws {
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
    for index in 0..<environments.count { try check(index) }
    for index in 0..<environments.count {
      _ = block.nextObservations.view.row(first + index).update(
        fromContentsOf: environments.nextObservation(index))
      block.append(
        StepBlock.Outcome(
          environment: index, reward: environments.rewards[index],
          isTerminated: environments.terminated[index], isTruncated: environments.truncated[index]))
      observer?(record(of: index))
    }
    for episode in environments.finishedEpisodes {
      behaviour.episodeEnded(episode.environment)
      episodes.append(episode)
    }
    steps += environments.count
  }

  /// An infinite number would spread by the replay table to every weight.
  private func check(_ index: Int) throws {
    let (observation, reward) = (environments.nextObservation(index), environments.rewards[index])
    guard !reward.isFinite || !observation.allSatisfy(\.isFinite) else { return }
    let component = observation.firstIndex { !$0.isFinite }
    throw TrainingError.flawedEnvironment(
      environments.id, step: steps + 1,
      reason: component.map { "shows \(observation[$0]) as number \($0) of its observation" }
        ?? "pays \(reward)")
  }

  private func record(of index: Int) -> StepRecord {
    StepRecord(
      step: steps + index + 1, episode: episodes.total + 1, action: Array(environmentActions.view.row(index)),
      reward: environments.rewards[index], isTerminated: environments.terminated[index],
      isTruncated: environments.truncated[index] && !environments.terminated[index])
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

/// One step of an environment, for logs.
public struct StepRecord: Sendable {
  /// Steps so far, including this one.
  public let step: Int
  /// Counted from 1.
  public let episode: Int
  /// The action in the environment's form.
  public let action: [Float]
  public let reward: Float
  /// Whether the episode ended by the environment's own rules, so that nothing is bootstrapped.
  public let isTerminated: Bool
  /// Whether it was cut off, so that its last observation is bootstrapped from.
  public let isTruncated: Bool
}
