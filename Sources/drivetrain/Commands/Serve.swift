import ArgumentParser
import Basics
import Dataflow
import Foundation
import Load
import Planning
import Serving
import Vision

struct Serve: AsyncParsableCommand, PlannedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serves models over HTTP and gRPC.",
    discussion: """
      POST /v2/models/NAME/infer   an image as the body: labels and times; or JSON:
        {"inputs":[{"name":…,"shape":[…],"datatype":"FP32","data":[…]}]}
      GET  /v2/models              the models
      GET  /v2/models/NAME         its inputs, its outputs and its plan
      POST /v2/repository/index, /v2/repository/models/NAME/load, …/unload
      GET  /v2/health/live, /v2/health/ready
      GET  /                       the dashboard, for a browser
      GET  /metrics                for Prometheus

      Spans go to an OpenTelemetry collector where --otlp-endpoint, or OTEL_EXPORTER_OTLP_ENDPOINT, names one.

      A model repository is a directory of NAME/VERSION/pipeline.yaml or NAME/VERSION/model.onnx, VERSION from 1. The \
      highest version that works is served; load serves a newer one, while requests go on.

      SIGTERM and Ctrl-C complete the accepted requests, then stop.

      Example: drivetrain serve classify
        curl --data-binary @photo.jpg 127.0.0.1:8000/v2/models/classify/infer
      """)

  @Argument(
    help: ArgumentHelp(
      "Names of pipelines in Pipelines/, or paths to their YAML files, to ONNX models or to export folders.",
      valueName: "model"),
    completion: .named(in: "Pipelines"))
  var pipelines: [String] = []

  @Option(
    help: ArgumentHelp(
      "Serve the models in this directory too, and later additions once they are loaded.",
      valueName: "directory"))
  var repository: String?

  @Option(help: "The address to listen on.")
  var host = "127.0.0.1"

  @Option(help: "The port to listen on; 0 lets the system choose.")
  var port = 8000

  @Option(
    help:
      "A port for gRPC; 0 lets the system choose. 8001 if not given and free; one that the system chooses with --port 0. Either port speaks HTTP/1.1, HTTP/2 and gRPC."
  )
  var grpcPort: Int?

  @Flag(help: "Have no second port for gRPC.")
  var noGrpc = false

  @Option(help: "How JPEGs are decoded: auto (at a reduced size where that suffices) or exact.")
  var scale: DecodeScale?

  @OptionGroup var model: ModelOptions
  @OptionGroup(title: "Access") var access: AccessOptions
  @OptionGroup(title: "Log") var logging: LogOptions
  @OptionGroup(title: "Tracing") var tracing: TracingOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Placement") var planned: PlanOption
  @OptionGroup(title: "Placement") var described: MachineOption

  func validate() throws {
    guard !pipelines.isEmpty || repository != nil else {
      throw ValidationError("there is nothing to serve; name models, or a --repository")
    }
    guard model.set.isEmpty || pipelines.count == 1 else {
      throw ValidationError(
        "--set is for one model; describe each with 'drivetrain describe --write', and serve the files")
    }
    guard (0...65535).contains(port), (0...65535).contains(grpcPort ?? 0) else {
      throw ValidationError("--port and --grpc-port must be from 0 to 65535")
    }
  }

  func run() async throws {
    let begin = MonotonicTime().now
    let log = logging.begin()
    let machine = try described.machineHere(to: "served")
    let telemetry = Telemetry(
      platform: machine, otlp: try tracing.otlp, traceRate: tracing.traceRate, log: log)
    let loader = ModelLoader(
      scale: scale, stated: model.set, limits: limits.tensors, images: limits.images, on: machine,
      observer: telemetry
    ) { [planned] pipeline in
      try planned.choice(for: PipelineWorkload(pipeline), objective: .throughput, on: machine)
    } observe: { [planned] name, error in
      inform("\(name): \(planned.advised(error))", .warning)
    }
    let models = ModelHost(loader, repository: try repository.map { try ModelRepository($0) }) {
      inform($0)
    }
    try await models.start(pipelines)
    var configuration = PipelineServer.Configuration()
    configuration.host = host
    configuration.port = port
    configuration.grpcPort = await portOfGRPC()
    limits.apply(to: &configuration)
    try access.apply(to: &configuration)
    let isGuarded = configuration.security.hasToken
    let scheme = access.tlsCertificate == nil ? "http" : "https"
    let address = host.contains(":") ? "[\(host)]" : host
    try await PipelineServer(models, telemetry: telemetry, configuration).run { ports in
      for line in models.pipelines.flatMap(\.lines) { inform(line) }
      let grpc = ports.count > 1 ? ", gRPC on port \(ports[1])" : ""
      if !isGuarded { warnOfOpenness() }
      inform("serving on \(scheme)://\(address):\(ports[0])\(grpc); stop with Ctrl-C")
    }
    log.catchUp()
    let seconds = Double(MonotonicTime().now - begin) / 1e9
    let (answered, failed) = telemetry.requests
    inform("stopped after \(seconds.fixed(1)) s: \(answered.counted("request")) succeeded, \(failed) failed")
    if let trace = tracing.trace {
      try Trace.perfetto(of: models.pipelines.map { ($0.name, $0.trace) }).writeWhole(to: trace)
    }
  }

  private func portOfGRPC() async -> Int? {
    if noGrpc || grpcPort != nil { return noGrpc ? nil : grpcPort }
    guard port != 0 else { return 0 }
    guard await PipelineServer.isFree(port: Self.usualGRPCPort, of: host) else {
      inform(
        "port \(Self.usualGRPCPort) is in use: gRPC is on port \(port) alone, unless --grpc-port names another"
      )
      return nil
    }
    return Self.usualGRPCPort
  }

  private static let usualGRPCPort = 8001

  /// Anyone who reaches the port may use the machine, and load models.
  private func warnOfOpenness() {
    guard host != "localhost", host != "::1", !host.hasPrefix("127.") else { return }
    inform(
      "anyone who reaches \(host) may send requests and change the served models; --token-file requires a token",
      .warning)
  }

}
