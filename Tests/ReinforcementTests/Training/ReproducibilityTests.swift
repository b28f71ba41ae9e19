import Foundation
import TestSupport
import Testing

@testable import Reinforcement

/// The same seed gives the same weights, and a run that was stopped and went on gives those of the run that wasn't.
struct ReproducibilityTests {
  /// Small runs of every algorithm and option, with rounds of several lengths.
  static let experiments: [String: String] = [
    "dqn": """
    algorithm: dqn
    environment: CartPole-v1
    steps: 600
    hidden: [24, 20]
    learning_starts: 40
    batch_size: 16
    buffer_size: 200
    train_freq: 7
    gradient_steps: 3
    target_update_interval: 10
    """,
    "dqn with everything": """
    algorithm: dqn
    environment: Acrobot-v1
    steps: 600
    hidden: [24, 20]
    activation: tanh
    learning_starts: 0
    batch_size: 16
    buffer_size: 300
    train_freq: 5
    gradient_steps: -1
    target_update_interval: 7
    double: true
    dueling: true
    n_step: 3
    loss: squared
    """,
    "ddpg": """
    algorithm: ddpg
    environment: Pendulum-v1
    steps: 500
    hidden: [24, 20]
    learning_starts: 50
    batch_size: 32
    buffer_size: 300
    noise_type: ornstein-uhlenbeck
    noise_std: 0.5
    """,
    "td3": """
    algorithm: td3
    environment: MountainCarContinuous-v0
    steps: 500
    hidden: [24, 20]
    learning_starts: 50
    batch_size: 32
    buffer_size: 300
    train_freq: 4
    gradient_steps: 2
    """,
  ]

  private func trainer(_ name: String, seed: Int = 3) throws -> Trainer {
    var experiment = try Experiment(yaml: try #require(Self.experiments[name]), file: "\(name).yaml")
    experiment.budget.seed = seed
    return try Trainer(experiment)
  }

  /// Everything that a run keeps, byte for byte.
  private func state(of trainer: Trainer) throws -> Data {
    let folder = try TemporaryFolder()
    try trainer.save(to: folder.path + "/state")
    return try Data(contentsOf: URL(filePath: folder.path + "/state"))
  }

  @Test(arguments: experiments.keys.sorted())
  func sameSeedSameWeights(name: String) throws {
    let (one, other, different) = (try trainer(name), try trainer(name), try trainer(name, seed: 4))
    for trainer in [one, other, different] { try trainer.train() }
    #expect(one.updates > 0)
    #expect(try state(of: one) == state(of: other))
    #expect(one.weights != different.weights)
  }

  /// Stopped before learning starts, in the middle of a round, at its end, and after the replay table has wrapped.
  @Test(arguments: experiments.keys.sorted(), [1, 33, 77, 210, 333])
  func stoppedAndResumed(name: String, stop: Int) throws {
    let whole = try trainer(name)
    try whole.train(until: 450)

    let first = try trainer(name)
    try first.train(until: stop)
    let folder = try TemporaryFolder()
    try first.save(to: folder.path + "/checkpoint")

    let second = try trainer(name)
    try second.restore(from: CheckpointReader(path: folder.path + "/checkpoint"))
    #expect(second.steps == stop)
    try second.train(until: 450)
    #expect(second.weights == whole.weights)
    #expect(try state(of: second) == state(of: whole))
  }

  /// The same within one process: `train` can be called again and again.
  @Test(arguments: experiments.keys.sorted())
  func trainedInPieces(name: String) throws {
    let (whole, pieces) = (try trainer(name), try trainer(name))
    try whole.train(until: 450)
    for stop in [5, 101, 102, 333, 450] { try pieces.train(until: stop) }
    #expect(try state(of: pieces) == state(of: whole))
  }

  /// A second thread changes how long an update takes, and not a bit of it.
  @Test func threadsDontMatter() throws {
    func weights(threads: Int) throws -> [Float] {
      var experiment = try Experiment(
        yaml: """
          algorithm: ddpg
          environment: Pendulum-v1
          steps: 20
          hidden: [300, 256]
          learning_starts: 8
          batch_size: 128
          buffer_size: 300
          """, file: "threads.yaml")
      experiment.budget.threads = threads
      let trainer = try Trainer(experiment)
      try trainer.train()
      #expect(trainer.updates > 0)
      return trainer.weights
    }
    // Compared here: an expectation would list all that differ.
    let areSame = try weights(threads: 2) == weights(threads: 1)
    #expect(areSame)
  }

  /// Evaluating on the way changes nothing.
  @Test func evaluationIsApart() throws {
    let plain = try trainer("dqn")
    try plain.train()
    var experiment = plain.experiment
    experiment.budget.evaluationFrequency = 50
    let evaluated = try Trainer(experiment)
    var evaluations = 0
    try evaluated.train { event in
      if case .evaluation = event { evaluations += 1 }
    }
    #expect(evaluations >= 10)
    #expect(evaluated.weights == plain.weights)
  }
}

extension Trainer {
  /// Every parameter that is learned.
  var weights: [Float] {
    parts.learner.parameters.flatMap { Array(UnsafeBufferPointer(start: $0.values, count: $0.count)) }
  }
}
