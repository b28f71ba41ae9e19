import ArgumentParser
import Basics
import Dataflow
import Foundation
import Load
import Planning
import Reinforcement

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures the returns of a trained policy.",
    usage: "drivetrain evaluate <checkpoint> [<options>]",
    discussion: """
      Without --seed in episodes that neither the training nor its evaluations have seen: a checkpoint that did best in some episodes is too good \
      in them.

      Examples:
        drivetrain evaluate runs/dqn-cartpole-seed0 --episodes 100
        drivetrain evaluate runs/dqn-cartpole-seed0/latest.ckpt --seed random
      """)

  @Argument(help: "A checkpoint that 'drivetrain train' has written, or a run's folder: its best one.")
  var checkpoint: String

  @Option(help: "How many episodes, without exploration.")
  var episodes = 20

  @Option(
    help: ArgumentHelp(
      "The seed of the first episode, the others follow it; or 'random', for others each time.",
      valueName: "number|random"))
  var seed: EvaluationSeed?

  @Option(
    help:
      "Maximum steps of an episode, whose return is of those steps then; the training's limit if not given.")
  var maxSteps: Int?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (1...10_000).contains(episodes) else { throw ValidationError("--episodes must be from 1 to 10000") }
    if let maxSteps, maxSteps < 1 { throw ValidationError("--max-steps must be at least 1") }
  }

  func run() throws {
    let path = try RunDirectory.checkpoint(at: checkpoint)
    let trained = try TrainedPolicy(contentsOf: path)
    let evaluation = try trained.evaluate(episodes: episodes, seed: seed?.number, limit: maxSteps)
    if json {
      return try printJSON(Report(checkpoint: path, of: trained, evaluation))
    }
    let (mean, deviation) = (evaluation.mean.fixed(1), evaluation.standardDeviation.fixed(1))
    try printOut(
      "\(trained.experiment.name), \(trained.metadata.steps.counted("step")): \(mean) ± \(deviation) over \(episodes.counted("episode"))"
        + (evaluation.unfinished > 0 ? ", \(evaluation.unfinished) of them not ended" : "")
        + " from seed \(evaluation.seed) (\(path))")
  }

  private struct Report: Encodable {
    let checkpoint, experiment, algorithm, environment: String
    /// Seed of the first episode.
    let seed: UInt64
    let trainingSeed: UInt64
    let steps, episodes, unfinished: Int
    let mean, std: Double
    let returns: [Double]
    let lengths: [Int]

    enum CodingKeys: String, CodingKey {
      case algorithm, checkpoint, environment, episodes, experiment, lengths, mean, returns, seed, std, steps,
        unfinished
      case trainingSeed = "training_seed"
    }

    init(checkpoint: String, of trained: TrainedPolicy, _ evaluation: Evaluation) {
      self.checkpoint = checkpoint
      experiment = trained.experiment.name
      algorithm = trained.metadata.algorithm
      environment = trained.metadata.environment
      seed = evaluation.seed
      trainingSeed = trained.metadata.seed
      steps = trained.metadata.steps
      episodes = evaluation.returns.count
      unfinished = evaluation.unfinished
      mean = evaluation.mean
      std = evaluation.standardDeviation
      returns = evaluation.returns
      lengths = evaluation.lengths
    }
  }
}

/// A seed: a given number, or a random one.
struct EvaluationSeed: ExpressibleByArgument {
  let number: UInt64

  init?(argument: String) {
    guard argument != "random" else {
      number = UInt64.random(in: 0..<1 << 53)
      return
    }
    guard let number = UInt64(argument) else { return nil }
    self.number = number
  }
}
