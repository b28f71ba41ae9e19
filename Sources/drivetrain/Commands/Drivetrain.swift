import ArgumentParser
import Basics
import Dataflow
import Foundation
import OpenCL
import OpenCLReinforcement
import OpenCLVision
import Serving
import Vision

/// The command line: a file for each subcommand. Exit codes: 0 done, 2 usage, 1 anything else.
@main
struct Drivetrain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drivetrain",
    abstract: "Whole DNN applications on mixed hardware, every microsecond accounted for.",
    subcommands: [
      Describe.self, Infer.self, Serve.self, Load.self, Train.self, Evaluate.self, Export.self,
      Calibrate.self,
      PlanCommand.self,
      Verify.self, Tune.self, Simulate.self, Devices.self,
    ])

  @Flag(help: "Print the version, and the engines found.")
  var version = false

  func run() async throws {
    guard version else { throw CleanExit.helpRequest(self) }
    try printOut("drivetrain \(Version.current)")
    for engine in Engines.all {
      try printOut("\(engine.name) \(engine.version ?? "not found: run Scripts/setup")")
    }
  }

  static func main() async {
    OpenCLDevice.registerVision()
    OpenCLDevice.registerNetworks()
    do {
      try await run(parseAsRoot())
    } catch {
      Foundation.exit(report(error))
    }
  }

  private static func run(_ command: any ParsableCommand) async throws {
    var command = command
    do {
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      throw (command as? any AdvisingCommand)?.advised(error) ?? error
    }
  }

  /// Prints an error in one line on standard error, or the requested help.
  private static func report(_ error: any Error) -> Int32 {
    switch Self.exitCode(for: error) {
    case .success:
      print(fullMessage(for: error))
      return 0
    case .validationFailure:
      inform(usageMessage(for: error))
      return 2
    default:
      if !(error is ExitCode) { inform("\(error)", .error) }
      return 1
    }
  }

  private static func usageMessage(for error: any Error) -> String {
    let known = configuration.subcommands.compactMap { $0.configuration.commandName ?? "\($0)".lowercased() }
    let arguments = CommandLine.arguments.dropFirst()
    if let name = arguments.first(where: known.contains) {
      return "\(reason(error)); see 'drivetrain \(name) --help'"
    }
    if let name = arguments.first, !name.hasPrefix("-") {
      let hint = name.hint(among: known, otherwise: "there is \(known.joined(separator: ", "));")
      return "there is no subcommand '\(name)'; \(hint) see 'drivetrain --help'"
    }
    return "\(reason(error)); see 'drivetrain --help'"
  }

  /// The parser's message, without a full stop at its end.
  private static func reason(_ error: any Error) -> String {
    let message = message(for: error)
    return message.hasSuffix(".") ? String(message.dropLast()) : message
  }
}

/// Logs a message in one line on standard error.
func inform(_ line: String, _ level: ServerLog.Level = .info) {
  let oneLine = line.split(whereSeparator: \.isNewline).joined(separator: " ")
  if let log = serverLog.withLock({ $0 }) {
    log.tell(level, oneLine)
  } else {
    writeError("drivetrain: \(oneLine.printable)")
  }
}

/// The log that takes all messages from now on, in its own form.
let serverLog = Locked<ServerLog?>(nil)

func writeError(_ line: String) {
  // A failure to write here can't be reported anywhere.
  try? FileHandle.standardError.write(contentsOf: Data("\(line)\n".utf8))
}

/// Prints one JSON object on standard output.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  try printOut(String(decoding: encoder.encode(value), as: UTF8.self))
}

/// Prints text on standard output.
///
/// - Throws: `FileError` where `print` would keep quiet, such as on a full disk.
func printOut(_ text: String) throws {
  do {
    try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
  } catch {
    throw FileError("can't write to standard output", error)
  }
}
