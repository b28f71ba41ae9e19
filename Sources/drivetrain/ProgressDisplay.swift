import Foundation
import Reinforcement

/// Shows on standard error how a training goes: one line that changes on a terminal, else a line now and then.
final class ProgressDisplay {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var hasOpenLine = false
  private var lastShown = 0.0
  /// What the evaluations earned on average.
  private(set) var curve: [Double] = []

  func show(_ event: TrainingEvent) {
    switch event {
    case .progress(let progress):
      // Often enough to see that it lives, and not a line for each of many thousand records.
      guard progress.seconds - lastShown >= (isTerminal ? 0.1 : 2) || progress.step == progress.limit else {
        return
      }
      lastShown = progress.seconds
      write(line(progress), keepsOpen: isTerminal)
    case .evaluation(let step, let evaluation, let isBest):
      curve.append(evaluation.mean)
      write(
        "step \(step): evaluation \(evaluation.mean.fixed(1)) ± \(evaluation.standardDeviation.fixed(1))"
          + (isBest ? ", the best so far" : "") + "  " + Chart(curve).sparkline, keepsOpen: false)
    case .checkpointDue: break
    }
  }

  /// Leaves the line that changes as it is.
  func end() {
    if hasOpenLine { put("\n") }
    hasOpenLine = false
  }

  private func line(_ progress: TrainingProgress) -> String {
    let remaining = Double(progress.limit - progress.step) / max(progress.stepsPerSecond, 1e-9)
    let percent = Double(progress.step) / Double(max(progress.limit, 1)) * 100
    return "step \(progress.step) of \(progress.limit) (\(percent.fixed(0)) %)"
      + "  \(progress.stepsPerSecond.fixed(0)) steps/s  return \(progress.meanReturn.map { $0.fixed(1) } ?? "–")"
      + "  \(Self.duration(remaining)) left"
  }

  private func write(_ line: String, keepsOpen: Bool) {
    put((isTerminal ? "\r\u{1B}[K" : "") + line + (keepsOpen ? "" : "\n"))
    hasOpenLine = keepsOpen
  }

  private func put(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  private static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e7 else { return "?" }
    let whole = Int(seconds.rounded())
    return whole < 60
      ? "\(whole) s" : whole < 3600 ? "\(whole / 60) min" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
