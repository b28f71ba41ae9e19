import Foundation
import TestSupport
import Testing

@testable import Reinforcement

/// Learning that fails says so at once, with the step, and leaves what it had.
struct DivergenceTests {
  private func trainer(
    _ flaw: FlawedEnvironment, learningRate: Double = 1e-3, loss: DQNLoss = .huber, logFrequency: Int = 1_000
  ) throws -> Trainer {
    var configuration = DQNConfiguration()
    configuration.common.learningRate = learningRate
    configuration.common.hidden = [16]
    configuration.common.trainFrequency = 1
    // As many as there are: the flaw is found by the next updates.
    configuration.common.bufferSize = 64
    configuration.common.batchSize = 256
    configuration.loss = loss
    var experiment = Experiment(
      FlawedEnvironment.id, environment: FlawedEnvironment.id, algorithm: configuration)
    experiment.budget.steps = 2_000
    experiment.budget.logFrequency = logFrequency
    return try Trainer(experiment, in: flaw)
  }

  private func failure(of trainer: Trainer) -> TrainingError? {
    do {
      try trainer.train()
      return nil
    } catch {
      return error as? TrainingError
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity], [DQNLoss.huber, .squared])
  func reward(_ reward: Float, loss: DQNLoss) throws {
    let trainer = try trainer(FlawedEnvironment(reward: reward, at: 301), loss: loss)
    #expect(
      failure(of: trainer) == .flawedEnvironment(FlawedEnvironment.id, step: 301, reason: "pays \(reward)"))
    #expect(trainer.steps == 300 && trainer.updates > 0)

    let folder = try TemporaryFolder()
    let path = folder.path + "/diverged.ckpt"
    try trainer.save(to: path)
    let restored = try self.trainer(FlawedEnvironment(reward: reward, at: 301))
    try restored.restore(from: CheckpointReader(path: path))
    #expect(restored.steps == 300 && restored.updates == trainer.updates)
  }

  /// It stays stopped: going on would only go on from there.
  @Test func again() throws {
    let trainer = try trainer(FlawedEnvironment(reward: .nan, at: 301))
    let first = try #require(failure(of: trainer))
    #expect(failure(of: trainer)?.description == first.description)
  }

  /// The loss of a minibatch may be a number when a weight no longer is; that is seen when the next record is due.
  @Test func weights() throws {
    let trainer = try trainer(FlawedEnvironment(), logFrequency: 500)
    var learning = 0
    let error = #expect(throws: TrainingError.self) {
      try trainer.train { event in
        guard case .progress(let progress) = event, progress.step == 500 else { return }
        learning = trainer.updates
        let parameters = trainer.parts.learner.parameters[0]
        for index in 0..<parameters.count { parameters.values[index] = .infinity }
      }
    }
    switch error {
    case .notFinite(let step), .diverged(let step, _): #expect((501...1_000).contains(step))
    default: Issue.record("not for this reason")
    }
    #expect(learning > 0)
    let folder = try TemporaryFolder()
    try trainer.save(to: folder.path + "/diverged.ckpt")
  }

  /// Weights that overflow before any record is due are seen at the end at the latest.
  @Test func weightsAtTheEnd() throws {
    let trainer = try trainer(FlawedEnvironment())
    try trainer.train(until: 200)
    let parameters = trainer.parts.learner.parameters[0]
    parameters.values[parameters.count - 1] = .nan
    #expect(throws: TrainingError.notFinite(step: 200)) { try trainer.train(until: 200) }
  }
}

/// Pays what is seen, and from one step on something else.
private struct FlawedEnvironment: Environment {
  static let id = "Flawed"

  private var step = 0
  private var flaw: Float?
  private var firstFlawed = 0

  /// - Parameter flaw: the reward from step `firstFlawed` on; `nil`: all is well.
  init(reward flaw: Float? = nil, at firstFlawed: Int = 0) {
    self.flaw = flaw
    self.firstFlawed = firstFlawed
  }

  var observationSpace: BoxSpace { BoxSpace(size: 2, low: 0, high: 1) }
  var actionSpace: ActionSpace { .discrete(2) }
  var maximumEpisodeSteps: Int? { 50 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    observation[0] = Float(random.nextDouble())
    observation[1] = 1
  }

  mutating func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome {
    step += 1
    observation[0] = Float(random.nextDouble())
    return StepOutcome(reward: step >= firstFlawed ? flaw ?? observation[0] : observation[0])
  }
}
