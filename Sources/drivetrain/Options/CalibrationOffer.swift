import Dataflow
import Foundation

/// Offers to calibrate where a plan needs it.
enum CalibrationOffer {
  static let question = "Calibrate now (takes about a minute)? [Y/n] "

  /// Whether there is somebody to ask: who reads the question and can answer it. Programs ask for JSON.
  static func isMade(isInputTerminal: Bool, isErrorTerminal: Bool, json: Bool) -> Bool {
    isInputTerminal && isErrorTerminal && !json
  }

  /// - Parameter line: what was answered; `nil` if the input ended.
  static func isAccepted(_ line: String?) -> Bool {
    guard let line else { return false }
    return ["", "y", "yes"].contains(line.trimmingCharacters(in: .whitespaces).lowercased())
  }

  /// Says what is the matter, and asks; `nil` if there is nobody to ask.
  static func answer(to error: any Error, json: Bool) -> Bool? {
    guard
      isMade(
        isInputTerminal: isatty(STDIN_FILENO) == 1, isErrorTerminal: isatty(STDERR_FILENO) == 1, json: json)
    else { return nil }
    inform("\(error)")
    try? FileHandle.standardError.write(contentsOf: Data(question.utf8))
    let line = readLine()
    if line == nil { try? FileHandle.standardError.write(contentsOf: Data("\n".utf8)) }
    return isAccepted(line)
  }
}
