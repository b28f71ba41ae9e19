import Basics
import Dataflow
import Planning

/// A line on standard error with the current activity, rewritten in a terminal; elsewhere only new lines.
final class ProgressLine {
  private let line = TerminalLine()

  func show(_ what: String, _ part: Double) {
    if line.isTerminal { line.show("\(Int(part * 100)) %  \(what)", keepsOpen: true) }
  }

  func end() { line.clear() }
}

extension BackgroundLoad {
  /// Warns if others took a noticeable part of the machine.
  func warn() {
    guard let cores, cores > 0.1 else { return }
    inform(
      "other processes kept \(cores.fixed(1)) cores busy meanwhile, so these times may be too long; measure again when the machine is quiet"
    )
  }
}
