import Kernels

/// The shared state of a training's stages, which the graph orders.
///
/// Sendable: one executor on one thread fires all stages; outside its runs, only the trainer reads and
/// writes.
final class TrainingParts: Checkpointable, @unchecked Sendable {
  let actor: ActorLoop
  let accumulator: NStepAccumulator
  let table: ReplayTable
  let learner: any Learner
  let backend: any NetworkBackend
  let settings: OffPolicySettings
  let minibatch: Minibatch
  var sampling: RandomStream
  /// The step at which the training ends; the rest of that round does nothing.
  var stepLimit = 0
  /// The experiment's last step. A round cut short there has its share of updates.
  let lastStep: Int
  /// Called before each step and update; after `true`, the rest of the round does nothing.
  var shouldStop: () -> Bool = { false }
  private(set) var isStopped = false
  /// The updates due at the current step.
  private(set) var updatesLeft = 0
  /// The steps of the current round before a stop.
  private var idleSteps = 0
  /// The losses since the previous `take`.
  var losses = MeanLoss()
  var actorLosses = MeanLoss()

  init(
    actor: ActorLoop, table: ReplayTable, accumulator: NStepAccumulator, learner: any Learner,
    backend: any NetworkBackend, settings: OffPolicySettings, sampling: RandomStream, lastStep: Int
  ) {
    self.actor = actor
    self.accumulator = accumulator
    self.table = table
    self.learner = learner
    self.backend = backend
    self.settings = settings
    self.sampling = sampling
    self.lastStep = lastStep
    let spaces = actor.environments.spaces
    minibatch = Minibatch(
      capacity: settings.batchSize, observationSize: spaces.observation.size, actionSize: spaces.action.size)
  }

  /// Environment steps between rounds of updates.
  var stepsPerRound: Int { settings.trainFrequency * actor.environments.count }

  /// Whether all steps of a round have been taken, so that its updates are due.
  var isRoundComplete: Bool { actor.steps.isMultiple(of: stepsPerRound) || actor.steps == lastStep }

  /// Whether no round is under way.
  var isBetweenRounds: Bool { isRoundComplete && updatesLeft == 0 }

  /// Makes the graph's next iteration skip the work done before a stop.
  func resumeRound() {
    isStopped = false
    idleSteps =
      updatesLeft > 0 ? settings.trainFrequency : actor.steps % stepsPerRound / actor.environments.count
  }

  func act() throws {
    if idleSteps > 0 {
      idleSteps -= 1
    } else if actor.steps < stepLimit, !stops() {
      try actor.step()
    }
  }

  func insert() {
    let hasNewSteps = actor.block.count > 0
    actor.block.insert(into: table, by: accumulator)
    // An iteration stopped before its first step belongs to a round whose updates are done.
    if hasNewSteps { updatesLeft = updatesDue }
  }

  /// Draws a minibatch; an empty one if no update is due, as before learning starts.
  func sample() {
    minibatch.count = 0
    guard updatesLeft > 0, !stops() else { return }
    updatesLeft -= 1
    table.sample(into: minibatch, count: settings.batchSize, using: &sampling)
  }

  /// The updates at the current step.
  private var updatesDue: Int {
    guard isRoundComplete, actor.steps > settings.learningStarts, table.count > 0 else { return 0 }
    let steps = actor.steps % stepsPerRound
    // A round cut short has its share of updates, rounded up.
    return steps == 0
      ? settings.updatesPerRound : (settings.updatesPerRound * steps + stepsPerRound - 1) / stepsPerRound
  }

  private func stops() -> Bool {
    if !isStopped, shouldStop() { isStopped = true }
    return isStopped
  }

  func learn() throws {
    guard minibatch.count > 0 else { return }
    let loss = learner.learn(from: minibatch, step: actor.steps)
    try backend.check()
    guard loss.isFinite else { throw TrainingError.diverged(step: actor.steps, loss: loss) }
    losses.add(loss)
    if let loss = learner.actorLoss { actorLosses.add(loss) }
  }

  func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.put("updates-left", updatesLeft)
    checkpoint.put("losses", [losses, actorLosses])
  }

  /// Checkpoints of earlier versions are always between rounds and lack this state.
  func restore(from checkpoint: CheckpointReader) throws {
    let left = checkpoint.contains("updates-left") ? try checkpoint.get("updates-left", as: Int.self) : 0
    guard (0...settings.updatesPerRound).contains(left), left == 0 || (isRoundComplete && table.count > 0)
    else {
      throw checkpoint.refusal("\(left) updates can't be due at step \(actor.steps)")
    }
    updatesLeft = left
    let sums = checkpoint.contains("losses") ? try checkpoint.get("losses", as: [MeanLoss].self) : []
    (losses, actorLosses) = sums.count == 2 ? (sums[0], sums[1]) : (MeanLoss(), MeanLoss())
  }
}

/// A running mean, reset when taken.
struct MeanLoss: Codable {
  private var sum = 0.0
  private var count = 0

  mutating func add(_ loss: Float) {
    sum += Double(loss)
    count += 1
  }

  /// The mean since the previous call; `nil` without values.
  mutating func take() -> Double? {
    defer { self = MeanLoss() }
    return count > 0 ? sum / Double(count) : nil
  }
}
