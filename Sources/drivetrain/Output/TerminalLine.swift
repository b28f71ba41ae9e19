import Foundation

/// The last line on standard error, which changes on a terminal while it is open.
final class TerminalLine {
  /// Whether lines can be rewritten.
  let isTerminal =
    isatty(STDERR_FILENO) == 1 && !["", "dumb"].contains(TerminalLine.environment["TERM"] ?? "")
  private var isOpen = false

  /// Maximum characters of a line; `nil` without a terminal.
  var width: Int? { isatty(STDERR_FILENO) == 1 ? Self.columns(of: STDERR_FILENO) - 1 : nil }

  /// Replaces the open line. On a terminal it is cut to the width.
  func show(_ line: String, keepsOpen: Bool) {
    let line = width.map { String(line.prefix($0)) } ?? line
    put((isTerminal ? Self.start : "") + line + (keepsOpen ? "" : "\n"))
    isOpen = keepsOpen
  }

  /// Leaves the open line as it is.
  func end() { close(with: "\n") }

  func clear() { close(with: Self.start) }

  /// Columns of a terminal: its own number, or else `COLUMNS`; at least 20.
  static func columns(of descriptor: Int32) -> Int {
    var size = winsize()
    let known = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
    return max(known ?? environment["COLUMNS"].flatMap { Int($0) } ?? 80, 20)
  }

  private static let environment = ProcessInfo.processInfo.environment

  private func close(with text: String) {
    if isOpen { put(text) }
    isOpen = false
  }

  /// Goes to the line's beginning, and clears it.
  private static let start = "\r\u{1B}[K"

  // A failure to write here can't be reported anywhere.
  private func put(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
