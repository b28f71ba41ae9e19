import ArgumentParser
import Dataflow
import Planning

/// The machine to run on.
struct MachineOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Describes the machine: watts, or devices that are not here. A name in Platforms, or a path.",
      valueName: "file"))
  var platform: String?

  /// This machine, with a platform file's description; or another one.
  func machine() throws -> Platform { try platform.map { try Platform(contentsOf: $0) } ?? .local }

  /// The same, where it is to run or be measured.
  ///
  /// - Throws: `ValidationError` if parts of it are not here.
  func machineHere(to purpose: String) throws -> Platform {
    let machine = try machine()
    // No need to detect this machine, which takes its drivers a while.
    guard platform == nil || !machine.isSimulated else {
      throw ValidationError(
        "nothing can be \(purpose) on \(machine.name ?? "a machine") which is only described; use: drivetrain simulate"
      )
    }
    return machine
  }
}
