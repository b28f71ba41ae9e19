import Basics
import Dataflow
import Planning

/// An experiment for calibration and verification. It trains under one plan after another, from the start of
/// learning.
public struct TrainingWorkload: Workload {
  public let experiment: Experiment
  public let graph: Graph
  public let itemsPerIteration: Double
  public let itemName = "step"
  public let footprints: [Footprint]

  public init(_ experiment: Experiment) throws {
    self.experiment = experiment
    let trainer = try Trainer(experiment)
    graph = trainer.executor.graph
    itemsPerIteration = Double(trainer.parts.stepsPerRound)
    let settings = experiment.algorithm.common
    let layers = settings.hidden.map(String.init).joined(separator: " × ")
    footprints = [Footprint("\(layers), batch \(settings.batchSize)", size: 1)]
  }

  /// All settings except the length and the seed.
  public var signature: String {
    var experiment = experiment
    experiment.budget = Experiment.Budget()
    return experiment.yaml
  }

  public func start(_ plan: Plan, on platform: Platform, for footprint: Footprint) throws -> any WorkloadRun {
    try TrainingRun(Trainer(experiment, plan: plan, on: platform))
  }
}

/// A training without an end.
private final class TrainingRun: WorkloadRun {
  private let trainer: Trainer
  private let time = MonotonicTime()

  init(_ trainer: Trainer) throws {
    self.trainer = trainer
    trainer.parts.stepLimit = .max
    while trainer.updates == 0 { try trainer.executor.run(iterations: 1) }
  }

  func run(seconds: Double) throws -> RunSample {
    let (before, steps, begin) = (trainer.occupancy, trainer.steps, time.now)
    var elapsed = 0.0
    repeat {
      try trainer.executor.run(iterations: 1)
      elapsed = Double(time.now - begin) / 1e9
    } while elapsed < seconds
    let items = Double(trainer.steps - steps)
    return RunSample(
      throughput: items / elapsed, from: before, to: trainer.occupancy, items: items, workers: 1)
  }
}
