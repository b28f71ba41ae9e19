import Basics
import Dataflow
import TestSupport
import Testing

@testable import Reinforcement

/// Every number of an experiment, given as anything: an error that says where, or a value that works.
@Suite struct ExperimentNumberTests {
  private static let environments = ["dqn": "CartPole-v1", "ddpg": "Pendulum-v1", "td3": "Pendulum-v1"]

  private static func keys(_ type: any AlgorithmConfiguration.Type) -> [String] {
    func keys<Configuration: AlgorithmConfiguration>(_ type: Configuration.Type) -> [String] {
      Configuration.allSettings.map(\.key)
    }
    return keys(type) + Experiment.Budget.settings.map(\.key)
  }

  @Test(arguments: Algorithms.all.map { $0.algorithm }) func anyNumber(algorithm: String) throws {
    let type = try #require(Algorithms.all.first { $0.algorithm == algorithm })
    let head = "algorithm: \(algorithm)\nenvironment: \(try #require(Self.environments[algorithm]))\n"
    let path = try TemporaryFolder()
    let file = try path.write(head.utf8, to: "odd.yaml")
    for key in Self.keys(type) {
      for number in OddNumber.all + OddNumber.all.map({ "[\($0)]" }) {
        do {
          let experiment = try Experiment(yaml: head + "\(key): \(number)\n", file: "odd.yaml")
          // What is kept of it in a checkpoint can be read again.
          #expect(try Experiment(yaml: experiment.yaml, file: "again.yaml").yaml == experiment.yaml)
          _ = experiment.budget.evaluationSeed
        } catch let error as ConfigurationError {
          #expect(
            error.line == 3 && error.reason.contains(key) || error.reason.contains("is empty"),
            "\(key) \(number): \(error)")
          #expect(error.description.utf8.count < 600 && error.description == error.description.printable)
        }
        do {
          _ = try Experiment(file, changes: ["\(key)=\(number)"])
        } catch let error as ConfigurationError {
          #expect(error.file == "--set" && error.description.utf8.count < 600, "\(key)=\(number): \(error)")
        }
      }
    }
  }

  /// Extreme numbers that are taken do not end the process when they are computed with.
  @Test(arguments: Algorithms.all.map { $0.algorithm }) func extremeNumbersRun(algorithm: String) throws {
    let type = try #require(Algorithms.all.first { $0.algorithm == algorithm })
    let environment = try #require(Self.environments[algorithm])
    let counts = [
      "hidden", "batch_size", "buffer_size", "train_freq", "gradient_steps", "n_step", "steps", "threads",
      "eval_freq",
      "n_eval_episodes", "log_freq", "save_freq", "learning_starts",
    ]
    for key in Self.keys(type) where !counts.contains(key) {
      for number in ["0", "1", "1e-308", "1e-320", "1e-30", "1e9", "10", "1e300", "4294967295"] {
        let yaml =
          "algorithm: \(algorithm)\nenvironment: \(environment)\nhidden: [4]\nbatch_size: 4\nlearning_starts: 8\nbuffer_size: 100\nsteps: 24\n\(key): \(number)\n"
        guard let experiment = try? Experiment(yaml: yaml, file: "odd.yaml") else { continue }
        // Numbers that are none are told of by an error.
        try? Trainer(experiment).train()
      }
    }
  }
}
