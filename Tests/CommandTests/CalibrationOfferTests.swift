import Basics
import Foundation
import TestSupport
import Testing

@testable import Dataflow
@testable import drivetrain

@Suite struct CalibrationOfferTests {
  /// Only who reads the question and can answer it is asked.
  @Test(arguments: [true, false], [true, false])
  func whoIsAsked(isInputTerminal: Bool, isErrorTerminal: Bool) {
    func isMade(json: Bool) -> Bool {
      CalibrationOffer.isMade(isInputTerminal: isInputTerminal, isErrorTerminal: isErrorTerminal, json: json)
    }
    #expect(isMade(json: false) == (isInputTerminal && isErrorTerminal))
    #expect(!isMade(json: true))
  }

  @Test(arguments: [
    ("", true), ("y", true), ("Y", true), (" yes ", true), ("n", false), ("N", false), ("no", false),
    ("yesterday", false), (nil, false),
  ])
  func answers(line: String?, isAccepted: Bool) {
    #expect(CalibrationOffer.isAccepted(line) == isAccepted)
  }

  /// Whoever can't be asked is told the very command.
  @Test func theCommand() throws {
    let folder = try TemporaryFolder()
    for (arguments, command) in [
      (["plan", "classify"], "drivetrain calibrate classify"),
      (
        ["plan", "dqn-cartpole", "--set", "hidden=[64, 64]", "gamma=0.9", "--json"],
        "drivetrain calibrate dqn-cartpole --set 'hidden=[64, 64]' gamma=0.9"
      ),
      (["verify", "Pipelines/classify.yaml"], "drivetrain calibrate Pipelines/classify.yaml"),
      (["verify", "classify", "--devices", "cpu"], "drivetrain calibrate classify --devices cpu"),
      (
        ["plan", "classify", "--platform", "desktop-rtx4090", "--devices", "cpu,gpu"],
        "drivetrain calibrate classify"
      ),
    ] {
      let process = try ChildProcess(
        Drivetrain.path, arguments, environment: ["XDG_CACHE_HOME": folder.path])
      #expect(try process.wait() == 1 && process.standardOutput == "")
      let said = process.standardError
      #expect(said.hasSuffix("is not calibrated; run: \(command)\n"), "\(said)")
      #expect(said.split(separator: "\n").count == 1)
    }
  }

  @Test func quoting() {
    #expect("Pipelines/classify.yaml".quoted == "Pipelines/classify.yaml")
    #expect("it's".quoted == #"'it'\''s'"#)
    #expect("".quoted == "''" && "a b".quoted == "'a b'" && "hidden=[8]".quoted == "'hidden=[8]'")
  }
}
