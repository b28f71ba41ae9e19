import Basics
import Dataflow
import TestSupport
import Testing

@testable import Reinforcement

struct ExperimentTests {
  @Test(arguments: [
    "dqn-cartpole", "dqn-acrobot", "dqn-mountaincar", "ddpg-pendulum", "td3-pendulum",
    "ddpg-mountaincar-continuous",
  ])
  func shipped(name: String) throws {
    let experiment = try Experiment(try Repository.path("Experiments/\(name).yaml"))
    #expect(experiment.name == name)
    _ = try Trainer(experiment)
  }

  /// What a checkpoint keeps of an experiment is all of it.
  @Test func writtenAndReadAgain() throws {
    for (name, yaml) in ReproducibilityTests.experiments {
      let experiment = try Experiment(yaml: yaml, file: "\(name).yaml")
      #expect(try Experiment(yaml: experiment.yaml, file: "again.yaml").yaml == experiment.yaml)
    }
  }

  /// What a checkpoint keeps must be readable, whatever the file is called.
  @Test(arguments: ["a\"b", "a\\q", String(repeating: "x", count: 101)]) func fileNames(stem: String) throws {
    #expect(throws: ConfigurationError.self) {
      try Experiment(yaml: "algorithm: dqn\nenvironment: CartPole-v1", file: "\(stem).yaml")
    }
  }

  @Test func changes() throws {
    let path = try Repository.path("Experiments/dqn-cartpole.yaml")
    let experiment = try Experiment(path, changes: ["learning_rate=1e-4", "hidden=[64, 64]", "seed=7"])
    #expect(experiment.algorithm.common.learningRate == 1e-4)
    #expect(experiment.algorithm.common.hidden == [64, 64])
    #expect(experiment.budget.seed == 7)
  }

  @Test(arguments: [
    ("algorithm: dqn\nenvironment: CartPole-v1\nlearning_rat: 1", "did you mean 'learning_rate'?"),
    ("algorithm: dqn\nenvironment: CartPole-v1\nnoise_std: 0.1", "it is a setting of ddpg and td3 only"),
    ("algorithm: dqm\nenvironment: CartPole-v1", "did you mean 'dqn'?"),
    ("algorithm: dqn\nenvironment: CartPol-v1", "did you mean 'CartPole-v1'?"),
    ("environment: CartPole-v1", "needs the key 'algorithm'"),
    ("algorithm: dqn", "needs the key 'environment'"),
    ("algorithm: dqn\nenvironment: CartPole-v1\ngamma: 1.5", "must be from 0.0 to 1.0"),
    ("algorithm: dqn\nenvironment: CartPole-v1\nlearning_rate: 0", "must be above 0"),
    ("algorithm: dqn\nenvironment: CartPole-v1\nbatch_size: many", "must be a whole number"),
    ("algorithm: dqn\nenvironment: CartPole-v1\nhidden: []", "must have 1 to 8"),
    ("algorithm: dqn\nenvironment: CartPole-v1\nname: 'a\\b'", "name must be"),
    ("algorithm: dqn\nenvironment: CartPole-v1\nname: ..", "name must be"),
    ("algorithm: ddpg\nenvironment: Pendulum-v1\nnoise_type: gausian", "did you mean 'gaussian'?"),
    ("algorithm: dqn\nenvironment: CartPole-v1\nname: a/b", "name must be"),
    ("algorithm: dqn\nenvironment: CartPole-v1\ngradient_steps: 0", "must be at least 1, or -1"),
  ])
  func refused(yaml: String, reason: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try Experiment(yaml: yaml, file: "mine.yaml") }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    #expect(error?.description.hasPrefix("mine.yaml") == true)
  }

  @Test(arguments: [
    ("learning_rat=1", "did you mean 'learning_rate'?"), ("learning_rate", "must be key=value"),
    ("batch_size=0", "must be from 1"), ("algorithm=td3", "unknown key 'algorithm'"),
  ])
  func changesRefused(change: String, reason: String) throws {
    let path = try Repository.path("Experiments/dqn-cartpole.yaml")
    let error = #expect(throws: ConfigurationError.self) { try Experiment(path, changes: [change]) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test func algorithmThatDoesNotFit() {
    #expect(throws: TrainingError.needsDiscreteActions(algorithm: "dqn")) {
      try Trainer(Experiment(yaml: "algorithm: dqn\nenvironment: Pendulum-v1", file: "x.yaml"))
    }
    #expect(throws: TrainingError.needsContinuousActions(algorithm: "td3")) {
      try Trainer(Experiment(yaml: "algorithm: td3\nenvironment: CartPole-v1", file: "x.yaml"))
    }
  }

  @Test func roundsThatAreTooLong() {
    #expect(throws: TrainingError.roundTooLong(steps: 10_000, updates: 9_999)) {
      try Trainer(
        Experiment(
          yaml: "algorithm: dqn\nenvironment: CartPole-v1\ntrain_freq: 10000\ngradient_steps: 9999",
          file: "x.yaml"))
    }
  }
}
