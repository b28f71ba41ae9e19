import Kernels

/// What the stages of a training share: the graph says in which order they use it.
///
/// Sendable: one executor on one thread fires all stages; outside its runs, the trainer alone reads and writes.
final class TrainingParts: @unchecked Sendable {
  let actor: ActorLoop
  let accumulator: NStepAccumulator
  let table: ReplayTable
  let learner: any Learner
  let backend: any NetworkBackend
  let settings: OffPolicySettings
  let minibatch: Minibatch
  var sampling: RandomStream
  /// No more steps are taken once there are so many; what is left of a round is idled through.
  var stepLimit = 0
  /// Steps of the current round that were taken before the stop.
  var idleSteps = 0
  /// Losses since they were last asked for.
  var losses = MeanLoss()

  init(
    actor: ActorLoop, table: ReplayTable, accumulator: NStepAccumulator, learner: any Learner,
    backend: any NetworkBackend, settings: OffPolicySettings, sampling: RandomStream
  ) {
    self.actor = actor
    self.accumulator = accumulator
    self.table = table
    self.learner = learner
    self.backend = backend
    self.settings = settings
    self.sampling = sampling
    let spaces = actor.environments.spaces
    minibatch = Minibatch(
      capacity: settings.batchSize, observationSize: spaces.observation.size, actionSize: spaces.action.size)
  }

  /// Environment steps between rounds of updates.
  var stepsPerRound: Int { settings.trainFrequency * actor.environments.count }

  /// Whether a round has just been completed, so that its updates are due.
  var isRoundComplete: Bool { actor.steps.isMultiple(of: stepsPerRound) }

  /// After a stop in the middle of a round, lets the graph's next iteration pass over what is done.
  func skipFinishedSteps() { idleSteps = actor.steps % stepsPerRound / actor.environments.count }

  func act() {
    if idleSteps > 0 {
      idleSteps -= 1
    } else if actor.steps < stepLimit {
      actor.step()
    }
  }

  func insert() {
    actor.block.insert(into: table, by: accumulator)
  }

  /// Draws a minibatch; an empty one before learning may start.
  func sample() {
    guard isRoundComplete, actor.steps > settings.learningStarts, table.count > 0 else {
      minibatch.count = 0
      return
    }
    table.sample(into: minibatch, count: settings.batchSize, using: &sampling)
  }

  func learn() throws {
    guard minibatch.count > 0 else { return }
    let loss = learner.learn(from: minibatch, step: actor.steps)
    try backend.check()
    guard loss.isFinite else { throw TrainingError.diverged(step: actor.steps, loss: loss) }
    losses.add(loss)
  }
}

/// A running mean that is asked for now and then.
struct MeanLoss {
  private var sum = 0.0
  private var count = 0

  mutating func add(_ loss: Float) {
    sum += Double(loss)
    count += 1
  }

  /// The mean since the last call; `nil` if there was none.
  mutating func take() -> Double? {
    defer { self = MeanLoss() }
    return count > 0 ? sum / Double(count) : nil
  }
}
