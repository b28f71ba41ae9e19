import Dataflow
import Foundation

/// Offers a calibration where a plan needs it.
enum CalibrationOffer {
  static let question = "Calibrate now (takes about a minute)? [Y/n] "

  /// Whether a user can read the question and respond; programs ask for JSON.
  static func isMade(isInputTerminal: Bool, isErrorTerminal: Bool, json: Bool) -> Bool {
    isInputTerminal && isErrorTerminal && !json
  }

  /// - Parameter line: the response; `nil` at the end of the input.
  static func isAccepted(_ line: String?) -> Bool {
    guard let line else { return false }
    return ["", "y", "yes"].contains(line.trimmingCharacters(in: .whitespaces).lowercased())
  }

  /// Prints the error and asks; `nil` if there is no user to ask.
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
