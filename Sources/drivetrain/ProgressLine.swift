import Dataflow
import Foundation

/// A line on standard error that says what is going on, rewritten in a terminal; elsewhere nothing but what is new.
final class ProgressLine {
  private let isTerminal = isatty(2) == 1
  private var last = ""

  func show(_ what: String, _ part: Double) {
    guard isTerminal else { return }
    let text = "\(Int(part * 100)) %  \(what)".prefix(100)
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
    last = String(text)
  }

  func end() {
    if !last.isEmpty { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    last = ""
  }
}

extension Bystanders {
  /// Says so if others took a noticeable part of the machine.
  func warn() {
    guard let cores, cores > 0.1 else { return }
    complain(
      "other processes kept \(cores.fixed(1)) cores busy meanwhile, so these times may be too long; measure again when the machine is quiet"
    )
  }
}
