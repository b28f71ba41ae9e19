import Reinforcement

/// Shows on standard error how a training goes: one line that changes on a terminal, else a line now and then.
final class ProgressDisplay {
  private let line = TerminalLine()
  private var lastShown = 0.0
  /// What the evaluations earned on average.
  private(set) var curve: [Double] = []

  func show(_ event: TrainingEvent) {
    switch event {
    case .progress(let progress):
      // Often enough to see that it lives, and not a line for each of many thousand records.
      guard progress.seconds - lastShown >= (line.isTerminal ? 0.1 : 2) || progress.step == progress.limit
      else {
        return
      }
      lastShown = progress.seconds
      line.show(text(progress), keepsOpen: line.isTerminal)
    case .evaluation(let step, let evaluation, let isBest):
      curve.append(evaluation.mean)
      line.show(
        "step \(step): evaluation \(evaluation.mean.fixed(1)) ± \(evaluation.standardDeviation.fixed(1))"
          + (isBest ? ", the best so far" : "") + "  " + Chart(curve).sparkline, keepsOpen: false)
    case .checkpointDue: break
    }
  }

  /// Leaves the line that changes as it is.
  func end() { line.end() }

  private func text(_ progress: TrainingProgress) -> String {
    let remaining = Double(progress.limit - progress.step) / max(progress.stepsPerSecond, 1e-9)
    let percent = Double(progress.step) / Double(max(progress.limit, 1)) * 100
    return "step \(progress.step) of \(progress.limit) (\(percent.fixed(0)) %)"
      + "  \(progress.stepsPerSecond.fixed(0)) steps/s  return \(progress.meanReturn.map { $0.fixed(1) } ?? "–")"
      + "  \(Self.duration(remaining)) left"
  }

  private static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e7 else { return "?" }
    let whole = Int(seconds.rounded())
    return whole < 60
      ? "\(whole) s" : whole < 3600 ? "\(whole / 60) min" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
