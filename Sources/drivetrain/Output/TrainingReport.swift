import Basics
import Dataflow
import Load
import Planning
import Reinforcement

/// The report of a finished training, for programs.
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
  /// Energy of an environment step; `nil` if unknown.
  let energy: Energy?
  let checkpoint: String

  enum CodingKeys: String, CodingKey {
    case experiment, algorithm, environment, seed, steps, updates, seconds, evaluation, attribution, energy,
      checkpoint
    case stepsPerSecond = "steps_per_second"
    case updatesPerSecond = "updates_per_second"
  }

  /// - Parameters:
  ///   - record: the record of the whole run, over all its resumptions.
  ///   - energy: the energy of this process alone, as is the attribution.
  init(
    _ trainer: Trainer, _ record: RunRecord, energy: Energy?, _ scores: Evaluation, checkpoint: String
  ) {
    experiment = trainer.experiment.name
    algorithm = type(of: trainer.experiment.algorithm).algorithm
    environment = trainer.experiment.environment
    seed = trainer.experiment.budget.seed
    steps = trainer.steps
    updates = trainer.updates
    seconds = record.seconds
    stepsPerSecond = seconds > 0 ? Double(record.steps) / seconds : 0
    updatesPerSecond = seconds > 0 ? Double(record.updates) / seconds : 0
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

  /// - Parameters:
  ///   - curve: the mean return of each evaluation on the way.
  ///   - columns: maximum characters of a line.
  func forHumans(curve: [Double], columns: Int = 80) -> String {
    let parts = attribution.stages.map { ($0.name, $0.share) } + [("unattributed", attribution.unattributed)]
    let room = Double(min(40, max(0, columns - 26)))
    let longest = parts.map(\.0.count).max() ?? 0
    let lines = parts.map { name, share in
      "  \(name.padded(longest))  \((share * 100).fixed(1, width: 5)) %  "
        + String(repeating: "█", count: Int(saturating: (min(max(share, 0), 1) * room).rounded()))
    }
    let joules = energy.map { ["  " + $0.text(for: "a step")] } ?? []
    let chart = curve.count > 1 ? ["evaluations on the way:"] + chart(curve, columns).lines : []
    return """
      \(chart.joined(separator: "\n"))
      \(experiment): \(steps.counted("step")), \(updates.counted("update")) in \(seconds.fixed(1)) s: \(stepsPerSecond.fixed(0)) steps/s
      \((lines + joules).joined(separator: "\n"))
      final policy: \(evaluation.mean.fixed(1)) ± \(evaluation.std.fixed(1)) over \(evaluation.episodes.counted("episode"))
      \(checkpoint)
      """
  }

  /// Three characters for each value, behind a scale of some ten.
  private func chart(_ curve: [Double], _ columns: Int) -> Chart {
    Chart(curve.gathered(to: max(2, (columns - 12) / 3)), height: 6)
  }
}
