import ArgumentParser
import Dataflow
import Planning

/// On what machine.
struct MachineOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Describes the machine: watts, or devices that are not here. A name in Platforms, or a path.",
      valueName: "file"))
  var platform: String?

  /// This machine, with what a platform file says of it; or another one.
  func machine() throws -> Platform { try platform.map { try Platform(contentsOf: $0) } ?? .local }

  /// The same, where something is to be run or measured.
  ///
  /// - Throws: `ValidationError` if parts of it are not here.
  func machineHere(to purpose: String) throws -> Platform {
    let machine = try machine()
    // This machine need not be asked, which takes its drivers a while.
    guard platform == nil || !machine.isSimulated else {
      throw ValidationError(
        "nothing can be \(purpose) on \(machine.name ?? "a machine") which is only described; use: drivetrain simulate"
      )
    }
    return machine
  }
}
