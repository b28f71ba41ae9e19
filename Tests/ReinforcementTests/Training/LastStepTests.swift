import TestSupport
import Testing

@testable import Reinforcement

/// The experiment's last step has its updates, its record, and its evaluation, however the steps divide.
struct LastStepTests {
  private func experiment(steps: Int) throws -> Experiment {
    try Experiment(
      yaml: """
        algorithm: dqn
        environment: CartPole-v1
        steps: \(steps)
        hidden: [8]
        batch_size: 4
        learning_starts: 0
        buffer_size: 500
        train_freq: 100
        gradient_steps: 40
        eval_freq: 100
        n_eval_episodes: 1
        log_freq: 70
        """, file: "x.yaml")
  }

  @Test(arguments: [(60, 24), (100, 40), (101, 41), (250, 100), (299, 120)])
  func updates(steps: Int, updates: Int) throws {
    let trainer = try Trainer(experiment(steps: steps))
    var records: [Int] = []
    var evaluations: [Int] = []
    try trainer.train { event in
      switch event {
      case .progress(let progress):
        records.append(progress.step)
        #expect(progress.updates == trainer.updates)
      case .evaluation(let step, _, _): evaluations.append(step)
      case .checkpointDue: break
      }
    }
    #expect(trainer.updates == updates)
    #expect(records.last == steps && evaluations.last == steps)
    #expect(Set(records).count == records.count && Set(evaluations).count == evaluations.count)
  }

  @Test func asManyUpdatesAsSteps() throws {
    var experiment = try experiment(steps: 137)
    experiment.algorithm.common.gradientSteps = -1
    let trainer = try Trainer(experiment)
    try trainer.train()
    #expect(trainer.updates == 137)
  }

  /// A stop before the last step is no end: nothing is told of it, and the run that goes on is the one that wasn't stopped.
  @Test func stopsAreNoEnds() throws {
    let (whole, pieces) = (try Trainer(experiment(steps: 250)), try Trainer(experiment(steps: 250)))
    try whole.train()
    var steps: [Int] = []
    for limit in [30, 130, 250] {
      try pieces.train(until: limit) { event in
        if case .progress(let progress) = event { steps.append(progress.step) }
      }
    }
    #expect(steps == [100, 200, 250])
    #expect(pieces.weights == whole.weights && pieces.updates == whole.updates)
  }

  /// Beyond the experiment's end, at once or later.
  @Test func beyondTheEnd() throws {
    let (atOnce, later) = (try Trainer(experiment(steps: 250)), try Trainer(experiment(steps: 250)))
    try atOnce.train(until: 420)
    try later.train()
    try later.train(until: 420)
    #expect(atOnce.steps == 420 && atOnce.updates == later.updates && atOnce.weights == later.weights)
  }

  /// Weights that are no numbers are never the best policy.
  @Test func noPolicyWithoutNumbers() throws {
    let trainer = try Trainer(experiment(steps: 300))
    var evaluations = 0
    #expect(throws: TrainingError.self) {
      try trainer.train { event in
        if case .evaluation = event { evaluations += 1 }
        let parameters = trainer.parts.learner.parameters[0]
        for index in 0..<parameters.count { parameters.values[index] = .infinity }
      }
    }
    #expect(evaluations == 0 && trainer.bestReturn == nil)
    let folder = try TemporaryFolder()
    try trainer.save(to: folder.path + "/x.ckpt", withReplay: false)
    #expect(throws: CheckpointError.self) { try TrainedPolicy(contentsOf: folder.path + "/x.ckpt") }
  }
}
