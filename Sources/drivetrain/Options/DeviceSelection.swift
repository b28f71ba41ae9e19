import ArgumentParser
import Basics
import Dataflow
import Planning

/// The devices of a machine to measure, or to plan with.
struct DeviceSelection: ParsableArguments {
  @Option(
    name: .customLong("devices"),
    help: ArgumentHelp("Use only these devices, separated by commas.", valueName: "list"))
  var list: String?

  func validate() throws {
    if let list, names(in: list).isEmpty { throw ValidationError("--devices names none") }
  }

  /// Whether this machine has them.
  func check() throws { _ = try platform(of: .local) }

  /// The machine without its other devices, which stay untouched: they may be broken.
  func platform(of machine: Platform) throws -> Platform {
    guard let list else { return machine }
    let names = names(in: list)
    let platform = machine.only(names)
    for name in names where platform.device(named: name) == nil {
      throw ValidationError(unknown: "device", name, among: machine.devices.map(\.name))
    }
    return platform
  }

  /// A command's arguments, with this option if it was given.
  func appended(to arguments: String) -> String {
    arguments + (list.map { " --devices \($0.quoted)" } ?? "")
  }

  /// The same error, with a way to run without the device.
  ///
  /// - Parameter again: turns the option `--devices LIST` into the user's next step.
  func advised(_ error: DeviceError, again: (String) -> String) -> DeviceError {
    guard let platform = try? platform(of: .local) else { return error }
    return error.advised(on: platform, again: again)
  }

  private func names(in list: String) -> [String] { list.split(separator: ",").map(String.init) }
}

extension ValidationError {
  init(unknown what: String, _ name: String, among known: [String]) {
    self.init("there is no \(what) '\(name)'; \(name.hint(among: known))")
  }
}
