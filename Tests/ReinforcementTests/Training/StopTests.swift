import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Reinforcement

/// A stop is heard at every step, update and step of an evaluation; and a run that was stopped there goes on as the run that
/// wasn't.
struct StopTests {
  /// Says stop when it has been asked so often.
  private final class Asked {
    private(set) var count = 0
    private let limit: Int

    init(_ limit: Int) { self.limit = limit }

    func stops() -> Bool {
      count += 1
      return count > limit
    }
  }

  private func trainer(_ name: String) throws -> Trainer {
    var experiment = try Experiment(
      yaml: try #require(ReproducibilityTests.experiments[name]), file: "\(name).yaml")
    experiment.budget.steps = 260
    experiment.budget.evaluationFrequency = 100
    experiment.budget.evaluationEpisodes = 2
    experiment.budget.logFrequency = 50
    return try Trainer(experiment)
  }

  private func state(of trainer: Trainer) throws -> Data {
    let folder = try TemporaryFolder()
    try trainer.save(to: folder.path + "/state")
    return try Data(contentsOf: URL(filePath: folder.path + "/state"))
  }

  @Test(arguments: ReproducibilityTests.experiments.keys.sorted())
  func anywhere(name: String) throws {
    let whole = try trainer(name)
    var wholeLog: [String] = []
    let asked = Asked(.max)
    try whole.train(observe: { wholeLog.append(Self.text($0)) }, shouldStop: asked.stops)
    let wholeState = try state(of: whole)
    #expect(asked.count > 260 + whole.updates + 3 * 2)
    #expect(wholeLog.last?.hasPrefix("evaluation 260") == true)

    // A good part of all places, whichever they are: steps, updates and evaluations.
    var amidWork = 0
    for limit in stride(from: 3, to: asked.count, by: max(1, asked.count / 23)) {
      let first = try trainer(name)
      var log: [String] = []
      try first.train(observe: { log.append(Self.text($0)) }, shouldStop: Asked(limit).stops)
      if first.hasWorkLeft { amidWork += 1 }
      let folder = try TemporaryFolder()
      try first.save(to: folder.path + "/checkpoint")
      let second = try trainer(name)
      try second.restore(from: CheckpointReader(path: folder.path + "/checkpoint"))
      #expect(second.steps == first.steps && second.hasWorkLeft == first.hasWorkLeft)
      try second.train { log.append(Self.text($0)) }
      #expect(try state(of: second) == wholeState, "stopped when asked \(limit) times")
      #expect(log == wholeLog, "stopped when asked \(limit) times")
    }
    #expect(amidWork > 3)
  }

  /// What is told, without times.
  private static func text(_ event: TrainingEvent) -> String {
    switch event {
    case .progress(let progress):
      "progress \(progress.step) \(progress.updates) \(progress.meanLoss ?? -1) \(progress.meanActorLoss ?? -1)"
    case .evaluation(let step, let evaluation, let isBest): "evaluation \(step) \(evaluation.mean) \(isBest)"
    case .checkpointDue(let step): "checkpoint \(step)"
    }
  }

  /// An evaluation that never ends of itself: it hears the stop, and has a limit.
  @Test func endlessEvaluations() throws {
    var experiment = Experiment(Endless.id, environment: Endless.id, algorithm: DQNConfiguration())
    experiment.algorithm.common.hidden = [4]
    experiment.budget.steps = 50
    experiment.budget.evaluationSteps = 300
    experiment.budget.evaluationEpisodes = 3
    let trainer = try Trainer(experiment, in: Endless())
    let evaluation = trainer.evaluate()
    #expect(evaluation.unfinished == 3 && evaluation.lengths == [300, 300, 300])
    #expect(evaluation.returns == [300, 300, 300])
    let asked = Asked(20)
    #expect(trainer.evaluate(unless: asked.stops) == nil && asked.count == 21)
  }

  /// Where no number of steps is given, checkpoints come by time.
  @Test func checkpointsByTime() throws {
    let time = ManualTime()
    let trainer = try trainer("dqn")
    trainer.time = time
    var steps: [Int] = []
    try trainer.train { event in
      switch event {
      case .progress: time.advance(by: 240_000_000_000)
      case .evaluation: break
      case .checkpointDue(let step): steps.append(step)
      }
    }
    // Four minutes at each record, of which there is one in 50 steps: ten minutes are over at every third.
    #expect(steps == [154, 260])
    var experiment = trainer.experiment
    experiment.budget.checkpointMinutes = 0
    let never = try Trainer(experiment)
    never.time = time
    try never.train { event in
      time.advance(by: 3_600_000_000_000)
      if case .checkpointDue = event { Issue.record("nobody asked for that") }
    }
  }
}

/// Pays 1 for ever.
struct Endless: Environment {
  static let id = "Endless"
  var observationSpace: BoxSpace { BoxSpace(size: 1, low: 0, high: 1) }
  var actionSpace: ActionSpace { .discrete(2) }
  var maximumEpisodeSteps: Int? { nil }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    observation[0] = 1
  }

  mutating func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome { StepOutcome(reward: 1) }
}
