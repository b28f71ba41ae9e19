import Dataflow
import Planning
import Synchronization
import TestSupport
import Testing

@testable import Reinforcement

/// What can't be trained in is refused with the reason, before anything traps.
struct EnvironmentCheckTests {
  private func refusal(_ environment: some Environment, bounds: Bool = true) -> String? {
    do {
      try EnvironmentCheck.run(environment, bounds: bounds)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func shipped() throws {
    try EnvironmentCheck.run(CartPole())
    try EnvironmentCheck.run(Acrobot())
    try EnvironmentCheck.run(MountainCar())
    try EnvironmentCheck.run(MountainCarContinuous())
    try EnvironmentCheck.run(Pendulum())
    try EnvironmentCheck.run(Endless())
    try EnvironmentCheck.run(Odd())
  }

  @Test(arguments: [
    (Odd.Flaw.unwritten, "leaves number 1 of its first observation unwritten"),
    (.nanObservation, "shows nan as number 0"), (.infiniteObservation, "shows inf as number 0"),
    (.nanReward, "pays nan"), (.infiniteReward, "pays -inf"), (.outOfBounds, "shows 7.0 as number 0"),
    (.tooManyNumbers, "writes number 2 of its observation"),
    (.otherRandomness, "another episode for the same seed"),
    (.sharedObject, "copies that share state"),
  ])
  func flaws(flaw: Odd.Flaw, says: String) throws {
    let reason = try #require(refusal(Odd(flaw: flaw)))
    #expect(reason.hasPrefix("Odd ") && reason.contains(says), "\(reason)")
    // Bounds are what other programs go by; learning doesn't.
    #expect((refusal(Odd(flaw: flaw), bounds: false) == nil) == (flaw == .outOfBounds))
    guard flaw != .outOfBounds else { return }
    let trainer = { try Trainer(Odd(flaw: flaw), DQNConfiguration(), steps: 10) }
    #expect(throws: EnvironmentError.self) { try trainer() }
  }

  @Test func classes() throws {
    #expect(refusal(OddClass())?.contains("is a class") == true)
  }

  @Test(arguments: [
    (BoxSpace(low: [], high: []), "has no numbers"), (BoxSpace(size: -1, low: 0, high: 1), "has no numbers"),
    (BoxSpace(low: [0], high: [1, 2]), "1 lower and 2 upper bounds"),
    (BoxSpace(low: [1], high: [-1]), "the bounds are reversed"),
    (BoxSpace(low: [.nan], high: [1]), "no number"),
  ])
  func spaces(box: BoxSpace, says: String) throws {
    for (observation, action) in [
      (box, ActionSpace.discrete(2)), (BoxSpace(size: 1, low: 0, high: 1), .continuous(box)),
    ] {
      let error = #expect(throws: TrainingError.self) {
        try Trainer(
          Spaced(observationSpace: observation, actionSpace: action), DDPGConfiguration(), steps: 10)
      }
      #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    }
  }

  @Test(arguments: [
    (ActionSpace.discrete(0), "it has 0 actions"), (.discrete(-3), "it has -3 actions"),
    (.discrete(.max), "actions; there must be"),
    (.continuous(BoxSpace(size: 2, low: -.infinity, high: .infinity)), "learning needs bounds"),
    (.continuous(BoxSpace(size: 1, low: 0, high: .infinity)), "learning needs bounds"),
    (.continuous(BoxSpace(size: 1, low: -3e38, high: 3e38)), "learning needs bounds"),
  ])
  func actions(space: ActionSpace, says: String) throws {
    let world = Spaced(observationSpace: BoxSpace(size: 1, low: 0, high: 1), actionSpace: space)
    let error = #expect(throws: TrainingError.self) { try Trainer(world, DDPGConfiguration(), steps: 10) }
    #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
  }

  @Test func unboundedObservationsAndOneAction() throws {
    let world = Spaced(
      observationSpace: BoxSpace(size: 1, low: -.infinity, high: .infinity), actionSpace: .discrete(1))
    let trainer = try Trainer(world, DQNConfiguration(), steps: 10)
    try trainer.train()
    #expect(trainer.steps == 10)
    var endless = world
    endless.maximumEpisodeSteps = 0
    #expect(throws: TrainingError.self) { try Trainer(endless, DQNConfiguration(), steps: 10) }
  }

  /// What a file is refused for, given in Swift.
  @Test(arguments: [
    "batch_size", "buffer_size", "train_freq", "gradient_steps", "gamma", "learning_rate", "hidden", "n_step",
    "target_update_interval", "tau", "steps", "seed", "threads", "n_eval_episodes", "log_freq",
  ])
  func settings(key: String) throws {
    var algorithm = DQNConfiguration()
    var experiment = Experiment(Endless.id, environment: Endless.id, algorithm: algorithm)
    switch key {
    case "batch_size": algorithm.common.batchSize = 0
    case "buffer_size": algorithm.common.bufferSize = .min
    case "train_freq": algorithm.common.trainFrequency = 0
    case "gradient_steps": algorithm.common.gradientSteps = -2
    case "gamma": algorithm.common.gamma = 2
    case "learning_rate": algorithm.common.learningRate = .nan
    case "hidden": algorithm.common.hidden = []
    case "n_step": algorithm.common.nStep = .max
    case "target_update_interval": algorithm.targetUpdateInterval = 0
    case "tau": algorithm.tau = 0
    case "steps": experiment.budget.steps = 0
    case "seed": experiment.budget.seed = -1
    case "threads": experiment.budget.threads = 3
    case "n_eval_episodes": experiment.budget.evaluationEpisodes = 0
    default: experiment.budget.logFrequency = 0
    }
    experiment.algorithm = algorithm
    let error = #expect(throws: TrainingError.self) { try Trainer(experiment, in: Endless()) }
    guard case .impossibleSetting(let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains("'\(key)"), "\(reason)")
  }

  /// A checkpoint of another environment, or of other networks, is not gone on with.
  @Test func anotherRunsCheckpoint() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/x.ckpt"
    try Trainer(Endless(), DQNConfiguration(), steps: 10).save(to: path)
    let world = Spaced(observationSpace: BoxSpace(size: 1, low: 0, high: 1), actionSpace: .discrete(2))
    let other = try Trainer(world, DQNConfiguration(), steps: 10)
    let error = #expect(throws: CheckpointError.self) {
      try other.restore(from: CheckpointReader(path: path))
    }
    #expect(
      error?.description.contains("environment Endless, not Spaced") == true, "\(error?.description ?? "")")
    // Other settings are what going on with others is for.
    var configuration = DQNConfiguration()
    configuration.common.learningRate = 1e-5
    try Trainer(Endless(), configuration, steps: 20).restore(from: CheckpointReader(path: path))
  }
}

/// Pays 0 and shows 0.5, unless something is wrong with it.
struct Odd: Environment {
  static let id = "Odd"

  enum Flaw: String, Codable, CaseIterable {
    case none, unwritten, nanObservation, infiniteObservation, nanReward, infiniteReward, outOfBounds,
      tooManyNumbers, otherRandomness, sharedObject
  }

  var flaw = Flaw.none
  private var length = 0
  private var object = Counter()

  init(flaw: Flaw = .none) { self.flaw = flaw }

  enum CodingKeys: CodingKey { case flaw, length }

  var observationSpace: BoxSpace { BoxSpace(size: 2, low: 0, high: 1) }
  var actionSpace: ActionSpace { .discrete(2) }
  var maximumEpisodeSteps: Int? { 9 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    length = 0
    object.value.store(0, ordering: .relaxed)
    observation[0] = Float(random.nextDouble())
    if flaw != .unwritten { observation[1] = 0.5 }
  }

  mutating func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome {
    length += 1
    // Some keep what they showed.
    observation[0] = 0.5
    var reward: Float = 0
    switch flaw {
    case .nanObservation where length == 3: observation[0] = .nan
    case .infiniteObservation where length == 4: observation[0] = .infinity
    case .nanReward where length == 2: reward = .nan
    case .infiniteReward where length == 8: reward = -.infinity
    case .outOfBounds: observation[0] = 7
    case .tooManyNumbers where length == 5: observation[2] = 1
    case .otherRandomness: observation[0] = Float.random(in: 0...1)
    case .sharedObject:
      observation[0] = Float(object.value.add(1, ordering: .relaxed).newValue) / 32
    default: break
    }
    return StepOutcome(reward: reward)
  }
}

private final class Counter: Sendable {
  let value = Atomic<Int>(0)
}

/// A class is an environment, too: the compiler lets it.
private final class OddClass: Environment, @unchecked Sendable {
  static let id = "OddClass"
  private var place = 0
  var observationSpace: BoxSpace { BoxSpace(size: 1, low: 0, high: 1) }
  var actionSpace: ActionSpace { .discrete(2) }
  var maximumEpisodeSteps: Int? { 9 }

  func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    place = 0
    observation[0] = 0
  }

  func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome {
    place += 1
    observation[0] = Float(place) / 9
    return StepOutcome(reward: 0)
  }
}

/// Any spaces; shows zeros.
private struct Spaced: Environment {
  static let id = "Spaced"
  var observationSpace: BoxSpace
  var actionSpace: ActionSpace
  var maximumEpisodeSteps: Int? = 5

  init(observationSpace: BoxSpace, actionSpace: ActionSpace) {
    self.observationSpace = observationSpace
    self.actionSpace = actionSpace
  }

  init(from decoder: any Decoder) throws {
    self.init(observationSpace: BoxSpace(size: 1, low: 0, high: 1), actionSpace: .discrete(1))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(0)
  }

  func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    for index in 0..<observation.count { observation[index] = 0 }
  }

  func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome { StepOutcome(reward: 0) }
}
