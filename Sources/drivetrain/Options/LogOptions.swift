import ArgumentParser
import Basics
import Dataflow
import Planning
import Serving

/// The log of a server on standard error.
struct LogOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The messages to log: error (the server's own failures), warning (and refusals for lack of room or time), info (and clients' mistakes), or debug (every request).",
      valueName: "level"))
  var logLevel = ServerLog.Level.info

  @Option(help: ArgumentHelp("The format of the log: text, or json, an object a line.", valueName: "format"))
  var logFormat = ServerLog.Format.text

  /// Logs all messages in this form from now on.
  func begin() -> ServerLog {
    let prefix = logFormat == .text ? "drivetrain: " : ""
    let log = ServerLog(level: logLevel, format: logFormat) { writeError(prefix + $0) }
    serverLog.withLock { $0 = log }
    return log
  }
}

extension ServerLog.Level: ExpressibleByArgument {}

extension ServerLog.Format: ExpressibleByArgument {}
