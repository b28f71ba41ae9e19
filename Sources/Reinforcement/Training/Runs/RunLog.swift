/// Writes what a trainer tells into its run's folder.
///
/// Used by one thread at a time.
public final class RunLog {
  private let log: MetricsLog

  private static let metrics: [Metric] = [
    .episodes, .meanReturn, .meanLength, .explorationRate, .updates, .loss, .learningRate, .stepsPerSecond,
    .elapsed,
    .evaluationReturn,
  ]

  /// - Parameter step: where a run that goes on was saved; later records are dropped. 0: a new run.
  /// - Throws: `FileError`.
  public init(_ folder: RunDirectory, from step: Int) throws {
    log = try MetricsLog(folder: folder.path, metrics: Self.metrics, resumingAt: step > 0 ? step : nil)
  }

  /// - Throws: `FileError`, such as on a full disk.
  public func record(_ event: TrainingEvent) throws {
    switch event {
    case .progress(let progress): try log.write(Self.record(of: progress))
    case .evaluation(let step, let evaluation, _):
      try log.write(MetricsRecord(step: step, values: [.evaluationReturn: evaluation.mean]))
    case .checkpointDue: break
    }
  }

  private static func record(of progress: TrainingProgress) -> MetricsRecord {
    var record = MetricsRecord(
      step: progress.step,
      values: [
        .episodes: Double(progress.episodes), .updates: Double(progress.updates),
        .learningRate: progress.learningRate, .stepsPerSecond: progress.stepsPerSecond,
        .elapsed: progress.seconds,
      ])
    record[.meanReturn] = progress.meanReturn
    record[.meanLength] = progress.meanLength
    record[.explorationRate] = progress.explorationRate
    record[.loss] = progress.meanLoss
    return record
  }
}
