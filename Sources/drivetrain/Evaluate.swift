import ArgumentParser
import Reinforcement

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what a trained policy earns.",
    discussion: "Example: drivetrain evaluate runs/dqn-cartpole-seed0/best.ckpt --episodes 100")

  @Argument(help: "A checkpoint that 'drivetrain train' has written.")
  var checkpoint: String

  @Option(help: "How many episodes, without exploration.")
  var episodes = 20

  @Option(
    help: "The seed of the first episode; the others follow it. The training's evaluation seed if not given.")
  var seed: UInt32?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (1...10_000).contains(episodes) else { throw ValidationError("--episodes must be from 1 to 10000") }
  }

  func run() throws {
    let trained = try TrainedPolicy(contentsOf: checkpoint)
    let evaluation = try trained.evaluate(episodes: episodes, seed: seed.map(UInt64.init))
    if json {
      return try printJSON(Report(checkpoint: checkpoint, of: trained, evaluation))
    }
    let (mean, deviation) = (evaluation.mean.fixed(1), evaluation.standardDeviation.fixed(1))
    try printOut(
      "\(trained.experiment.name), \(trained.metadata.steps) steps: \(mean) ± \(deviation) over \(episodes) episodes"
    )
  }

  private struct Report: Encodable {
    let checkpoint, experiment, algorithm, environment: String
    let seed: UInt64
    let steps, episodes: Int
    let mean, std: Double
    let returns: [Double]

    init(checkpoint: String, of trained: TrainedPolicy, _ evaluation: Evaluation) {
      self.checkpoint = checkpoint
      experiment = trained.experiment.name
      algorithm = trained.metadata.algorithm
      environment = trained.metadata.environment
      seed = trained.metadata.seed
      steps = trained.metadata.steps
      episodes = evaluation.returns.count
      mean = evaluation.mean
      std = evaluation.standardDeviation
      returns = evaluation.returns
    }
  }
}
