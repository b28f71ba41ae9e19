import Basics
import Planning
import Reinforcement

/// Shows the progress of a training on standard error: one changing line on a terminal, else a line now and
/// then.
final class ProgressDisplay {
  private let line = TerminalLine()
  private let isQuiet: Bool
  private var lastShown = 0.0
  /// The mean return of each evaluation.
  private(set) var curve: [Double]
  /// The latest evaluation, and its step.
  private(set) var latest: (step: Int, evaluation: Evaluation)?

  /// - Parameters:
  ///   - isQuiet: whether nothing is shown.
  ///   - curve: the mean return of each evaluation in earlier parts of the run.
  init(isQuiet: Bool, curve: [Double]) {
    self.isQuiet = isQuiet
    self.curve = curve
  }

  func show(_ event: TrainingEvent) {
    switch event {
    case .progress(let progress):
      // Often enough to show activity, but not a line for each of many thousand records.
      guard progress.seconds - lastShown >= (line.isTerminal ? 0.1 : 2) || progress.step == progress.limit
      else {
        return
      }
      lastShown = progress.seconds
      show(parts(of: progress), keepsOpen: line.isTerminal)
    case .evaluation(let step, let evaluation, let isBest):
      curve.append(evaluation.mean)
      latest = (step, evaluation)
      let score = "\(evaluation.mean.fixed(1)) ± \(evaluation.standardDeviation.fixed(1))"
      show(
        ["step \(step): evaluation \(score)" + (isBest ? ", the best so far" : "")]
          + (evaluation.unfinished > 0 ? ["(\(evaluation.unfinished) not ended)"] : [])
          + [Chart(curve.gathered(to: 40)).sparkline], keepsOpen: false)
    case .checkpointDue: break
    }
  }

  /// Leaves the changing line as it is.
  func end() { line.end() }

  /// Shows as many of the parts, the most important first, as fit in the line.
  private func show(_ parts: [String], keepsOpen: Bool) {
    guard !isQuiet else { return }
    var text = ""
    for part in parts {
      let longer = text.isEmpty ? part : text + "  " + part
      if let width = line.width, longer.count > width, !text.isEmpty { break }
      text = longer
    }
    line.show(text, keepsOpen: keepsOpen)
  }

  private func parts(of progress: TrainingProgress) -> [String] {
    let remaining = Double(progress.limit - progress.step) / max(progress.stepsPerSecond, 1e-9)
    let percent = Double(progress.step) / Double(max(progress.limit, 1)) * 100
    return [
      "step \(progress.step) of \(progress.limit) (\(percent.fixed(0)) %)",
      "return \(progress.meanReturn.map { $0.fixed(1) } ?? "–")",
      "\(Self.duration(remaining)) left", "\(progress.stepsPerSecond.fixed(0)) steps/s",
    ]
  }

  private static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e7 else { return "?" }
    let whole = Int(seconds.rounded())
    return whole < 60
      ? "\(whole) s" : whole < 3600 ? "\(whole / 60) min" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}

extension [Double] {
  /// At most `limit` values: means of neighbours.
  func gathered(to limit: Int) -> [Double] {
    guard count > limit, limit > 0 else { return self }
    return (0..<limit).map { index in
      let part = self[(index * count / limit)..<((index + 1) * count / limit)]
      return part.reduce(0, +) / Double(part.count)
    }
  }
}
