import Dataflow
import Planning

/// A line on standard error that says what is going on, rewritten in a terminal; elsewhere nothing but what is new.
final class ProgressLine {
  private let line = TerminalLine()

  func show(_ what: String, _ part: Double) {
    if line.isTerminal { line.show("\(Int(part * 100)) %  \(what)", keepsOpen: true) }
  }

  func end() { line.clear() }
}

extension BackgroundLoad {
  /// Says so if others took a noticeable part of the machine.
  func warn() {
    guard let cores, cores > 0.1 else { return }
    inform(
      "other processes kept \(cores.fixed(1)) cores busy meanwhile, so these times may be too long; measure again when the machine is quiet"
    )
  }
}
