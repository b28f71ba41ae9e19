import Dataflow
import Planning

/// Writes a trainer's events into its run's folder.
///
/// Used by one thread at a time.
public final class RunLog {
  private let log: MetricsLog
  private let evaluations: EvaluationsCSV
  private let steps: StepsCSV?
  private let folder: RunDirectory
  /// The seconds of the run's earlier parts.
  private let earlierSeconds: Double

  /// New ones come last, because resumed tables keep their columns.
  private static let metrics: [Metric] = [
    .episodes, .meanReturn, .meanLength, .explorationRate, .updates, .loss, .learningRate, .stepsPerSecond,
    .elapsed, .evaluationReturn, .evaluationLength, .criticLoss, .actorLoss,
  ]

  /// - Parameters:
  ///   - trainer: records beyond its step are dropped; at step 0 the run is new.
  ///   - withSteps: whether each step is written, too.
  ///   - earlierSeconds: the duration of the run's earlier parts.
  /// - Throws: `FileError`.
  public init(
    _ folder: RunDirectory, of trainer: Trainer, withSteps: Bool = false, earlierSeconds: Double = 0
  ) throws {
    let step = trainer.steps > 0 ? trainer.steps : nil
    self.folder = folder
    self.earlierSeconds = earlierSeconds
    log = try MetricsLog(folder: folder.path, metrics: Self.metrics, resumingAt: step)
    evaluations = try EvaluationsCSV(path: folder.path + "/evaluations.csv", resumingAt: step)
    steps =
      withSteps
      ? try StepsCSV(
        path: folder.path + "/steps.csv", actionSize: trainer.spaces.action.size, resumingAt: step) : nil
    if let steps { trainer.stepObserver = { steps.append($0) } }
  }

  /// The mean returns of the evaluations so far.
  public var curve: [Double] { evaluations.curve }

  /// - Throws: `FileError`, such as on a full disk; `RunDirectoryError.lost`.
  public func record(_ event: TrainingEvent) throws {
    try folder.check()
    try steps?.flush()
    switch event {
    case .progress(let progress): try log.write(record(of: progress))
    case .evaluation(let step, let evaluation, _):
      try log.write(
        MetricsRecord(
          step: step,
          values: [.evaluationReturn: evaluation.mean, .evaluationLength: evaluation.meanLength]))
      try evaluations.write(evaluation, at: step)
    case .checkpointDue: break
    }
  }

  /// Writes buffered lines, before a checkpoint.
  ///
  /// - Throws: `FileError`.
  public func flush() throws { try steps?.flush() }

  private func record(of progress: TrainingProgress) -> MetricsRecord {
    var record = MetricsRecord(
      step: progress.step,
      values: [
        .episodes: Double(progress.episodes), .updates: Double(progress.updates),
        .learningRate: progress.learningRate, .stepsPerSecond: progress.stepsPerSecond,
        .elapsed: earlierSeconds + progress.seconds,
      ])
    record[.meanReturn] = progress.meanReturn
    record[.meanLength] = progress.meanLength
    record[.explorationRate] = progress.explorationRate
    record[.loss] = progress.meanLoss
    if progress.hasActor {
      record[.criticLoss] = progress.meanLoss
      record[.actorLoss] = progress.meanActorLoss
    }
    return record
  }
}
