import ArgumentParser
import Dataflow
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

  @OptionGroup var planned: PlanOption

  func validate() throws {
    guard (0...65535).contains(port) else { throw ValidationError("--port must be from 0 to 65535") }
  }

  func run() async throws {
    let dispatcher = Dispatcher()
    var hosted: [HostedPipeline] = []
    for reference in pipelines {
      let loaded = try Pipeline(reference, scale: scale)
      let plan = try planned.plan(for: PipelineWorkload(loaded), objective: .throughput)
      let pipeline = try HostedPipeline(loaded, plan: plan, dispatcher: dispatcher) { [planned] error in
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
    try await PipelineServer(hosted, configuration).run { [hosted] port in
      for pipeline in hosted { complain("\(pipeline.name): \(pipeline.plan)") }
      complain("serving on http://\(address):\(port); stop with Ctrl-C")
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
