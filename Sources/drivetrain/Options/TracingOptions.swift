import ArgumentParser
import Foundation
import Planning
import Serving

/// The destinations of spans and traces.
struct TracingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Send spans to this OpenTelemetry collector: POST URL/v1/traces, as JSON.", valueName: "url"))
  var otlpEndpoint: String?

  @Option(help: "The part of requests to trace, 0 to 1, where clients don't say.")
  var traceRate = 1.0

  @Option(
    help: ArgumentHelp(
      "Write a trace of the workers' latest events, when the server ends, for ui.perfetto.dev.",
      valueName: "file"))
  var trace: String?

  func validate() throws {
    guard (0...1).contains(traceRate) else { throw ValidationError("--trace-rate must be from 0 to 1") }
    do {
      _ = try otlp
    } catch {
      throw ValidationError("\(error)")
    }
  }

  var otlp: OTLPConfiguration? {
    get throws {
      try OTLPConfiguration(endpoint: otlpEndpoint, environment: ProcessInfo.processInfo.environment)
    }
  }
}
