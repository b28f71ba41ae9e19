import ArgumentParser
import Dataflow
import Foundation
import Serving
import Vision

struct Serve: AsyncParsableCommand, PlannedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serves pipelines over HTTP.",
    discussion: """
      POST /v2/models/NAME/infer   an image as the body: labels and times; or tensors as JSON, for a network alone:
                                   {"inputs":[{"name":…,"shape":[…],"datatype":"FP32","data":[…]}]}
      GET  /v2/models/NAME         what it takes and gives, and its plan
      GET  /v2/health/live, /v2/health/ready
      GET  /                       the dashboard, for a browser
      GET  /metrics                for Prometheus

      Spans go to an OpenTelemetry collector where --otlp-endpoint, or OTEL_EXPORTER_OTLP_ENDPOINT, names one.

      SIGTERM and Ctrl-C answer what was accepted, then stop.

      Example: curl -i --data-binary @photo.jpg -H 'Content-Type: image/jpeg' \\
               http://127.0.0.1:8000/v2/models/classify/infer
      """)

  @Argument(help: "Pipelines' names in Pipelines/, or paths to their YAML files, or to ONNX models.")
  var pipelines: [String]

  @Option(help: "The address to listen on.")
  var host = "127.0.0.1"

  @Option(help: "The port to listen on; 0 lets the system choose.")
  var port = 8000

  @Option(help: "How JPEGs are decoded: auto (at a reduced size where that suffices) or exact.")
  var scale: DecodeScale?

  @Option(
    help: ArgumentHelp(
      "Send spans to this OpenTelemetry collector: POST URL/v1/traces, as JSON.", valueName: "url"))
  var otlpEndpoint: String?

  @Option(help: "The part of requests to trace, 0 to 1, where clients don't say.")
  var traceRate = 1.0

  @Option(
    help: ArgumentHelp(
      "Write what the workers did last, when the server ends, for ui.perfetto.dev.", valueName: "file"))
  var trace: String?

  @OptionGroup var planned: PlanOption
  @OptionGroup var described: MachineOption

  func validate() throws {
    guard (0...1).contains(traceRate) else { throw ValidationError("--trace-rate must be from 0 to 1") }
    do {
      _ = try otlp
    } catch {
      throw ValidationError("\(error)")
    }
    guard (0...65535).contains(port) else { throw ValidationError("--port must be from 0 to 65535") }
  }

  private var otlp: OTLPConfiguration? {
    get throws {
      try OTLPConfiguration(endpoint: otlpEndpoint, environment: ProcessInfo.processInfo.environment)
    }
  }

  func run() async throws {
    let machine = try described.machineHere(to: "served")
    let telemetry = Telemetry(platform: machine, otlp: try otlp, traceRate: traceRate) { complain($0) }
    let dispatcher = Dispatcher()
    var hosted: [HostedPipeline] = []
    for reference in pipelines {
      let loaded = try Pipeline(reference, scale: scale)
      let (plan, prediction) = try planned.choice(
        for: PipelineWorkload(loaded), objective: .throughput, on: machine)
      let pipeline = try HostedPipeline(
        loaded, plan: plan, on: machine, dispatcher: dispatcher, prediction: prediction, telemetry: telemetry
      ) { [planned] error in
        complain("\(loaded.name): \(planned.advised(error))")
      }
      guard !hosted.contains(where: { $0.name == pipeline.name }) else {
        throw ServeError.duplicateName(pipeline.name)
      }
      hosted.append(pipeline)
    }
    var configuration = PipelineServer.Configuration()
    configuration.host = host
    configuration.port = port
    let address = host.contains(":") ? "[\(host)]" : host
    try await PipelineServer(hosted, telemetry: telemetry, configuration).run { [hosted] port in
      for pipeline in hosted { complain("\(pipeline.name): \(pipeline.plan)") }
      complain("serving on http://\(address):\(port); stop with Ctrl-C")
    }
    if let trace {
      try Trace.perfetto(of: hosted.map { ($0.name, $0.trace) }).writeWhole(to: trace)
    }
  }
}

enum ServeError: Error, CustomStringConvertible {
  case duplicateName(String)

  var description: String {
    switch self {
    case .duplicateName(let name): "two pipelines are named '\(name)'; change 'name' in one of the files"
    }
  }
}
