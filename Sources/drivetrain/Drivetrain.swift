import ArgumentParser
import Foundation

/// The command line: a file for each subcommand. Exit codes: 0 done, 2 usage, 1 anything else.
@main
struct Drivetrain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drivetrain",
    abstract: "Whole DNN applications on mixed hardware, every microsecond accounted for.",
    subcommands: [Infer.self, Serve.self, Devices.self])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      Foundation.exit(report(error))
    }
  }

  /// Says what went wrong in one line on standard error, or gives the help that was asked for.
  private static func report(_ error: any Error) -> Int32 {
    switch Self.exitCode(for: error) {
    case .success:
      print(fullMessage(for: error))
      return 0
    case .validationFailure:
      complain(fullMessage(for: error))
      return 2
    default:
      if !(error is ExitCode) { complain("drivetrain: \(error)") }
      return 1
    }
  }
}

/// Prints a line on standard error.
func complain(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

/// Prints one JSON object on standard output.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  FileHandle.standardOutput.write(try encoder.encode(value) + Data("\n".utf8))
}
