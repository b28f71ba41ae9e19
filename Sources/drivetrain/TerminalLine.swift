import Foundation

/// The last line on standard error, which changes on a terminal while it is open.
final class TerminalLine {
  let isTerminal = isatty(STDERR_FILENO) == 1
  private var isOpen = false

  /// Puts a line in the place of the open one.
  func show(_ line: String, keepsOpen: Bool) {
    put((isTerminal ? Self.start : "") + line + (keepsOpen ? "" : "\n"))
    isOpen = keepsOpen
  }

  /// Leaves the open line as it is.
  func end() { close(with: "\n") }

  /// Takes the open line away.
  func clear() { close(with: Self.start) }

  private func close(with text: String) {
    if isOpen { put(text) }
    isOpen = false
  }

  /// Goes to the line's beginning, and clears it.
  private static let start = "\r\u{1B}[K"

  // If even this can't be written there is nobody left to tell.
  private func put(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
