import Dataflow
import Reinforcement

/// How a training has ended, for programs.
struct TrainingReport: Encodable {
  struct Scores: Encodable {
    let episodes: Int
    let mean, std: Double
  }

  struct Shares: Encodable {
    struct Stage: Encodable {
      let name: String
      let share: Double
    }

    let stages: [Stage]
    let unattributed: Double

    enum CodingKeys: String, CodingKey {
      case stages
      case unattributed = "unattributed_share"
    }
  }

  let experiment, algorithm, environment: String
  let seed, steps, updates: Int
  let seconds, stepsPerSecond, updatesPerSecond: Double
  let evaluation: Scores
  let attribution: Shares
  /// Of an environment step; `nil` where nobody knows.
  let energy: Energy?
  let checkpoint: String

  enum CodingKeys: String, CodingKey {
    case experiment, algorithm, environment, seed, steps, updates, seconds, evaluation, attribution, energy,
      checkpoint
    case stepsPerSecond = "steps_per_second"
    case updatesPerSecond = "updates_per_second"
  }

  /// - Parameters:
  ///   - steps: those that `seconds` were spent on; not those of a run that this one went on with.
  init(
    _ trainer: Trainer, steps: Int, updates: Int, seconds: Double, energy: Energy?, _ scores: Evaluation,
    checkpoint: String
  ) {
    experiment = trainer.experiment.name
    algorithm = type(of: trainer.experiment.algorithm).algorithm
    environment = trainer.experiment.environment
    seed = trainer.experiment.schedule.seed
    self.steps = trainer.steps
    self.updates = trainer.updates
    self.seconds = seconds
    stepsPerSecond = seconds > 0 ? Double(steps) / seconds : 0
    updatesPerSecond = seconds > 0 ? Double(updates) / seconds : 0
    evaluation = Scores(
      episodes: scores.returns.count, mean: scores.mean, std: scores.standardDeviation)
    let occupancy = trainer.occupancy
    attribution = Shares(
      stages: occupancy.stages.map {
        Shares.Stage(name: $0.name, share: occupancy.share(of: $0.compute + $0.transfer))
      },
      unattributed: occupancy.share(of: occupancy.unattributed))
    self.energy = energy
    self.checkpoint = checkpoint
  }

  /// - Parameter curve: what the evaluations on the way earned.
  func forHumans(curve: [Double]) -> String {
    let parts = attribution.stages.map { ($0.name, $0.share) } + [("unattributed", attribution.unattributed)]
    let longest = parts.map(\.0.count).max() ?? 0
    let lines = parts.map { name, share in
      "  \(name.padded(longest))  \((share * 100).fixed(1, width: 5)) %  "
        + String(repeating: "█", count: Int(saturating: (min(max(share, 0), 1) * 40).rounded()))
    }
    let joules = energy.map { ["  " + $0.text(for: "a step")] } ?? []
    let chart = curve.count > 1 ? ["evaluations on the way:"] + Chart(curve, height: 6).lines : []
    return """
      \(chart.joined(separator: "\n"))
      \(experiment): \(steps) steps, \(updates) updates in \(seconds.fixed(1)) s: \(stepsPerSecond.fixed(0)) steps/s
      \((lines + joules).joined(separator: "\n"))
      final policy: \(evaluation.mean.fixed(1)) ± \(evaluation.std.fixed(1)) over \(evaluation.episodes) episodes
      \(checkpoint)
      """
  }
}
