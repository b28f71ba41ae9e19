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

  @Option(
    help:
      "A port for gRPC; 0 lets the system choose. 8001 if not given and free; one that the system chooses with --port 0. Either port speaks HTTP/1.1, HTTP/2 and gRPC."
  )
  var grpcPort: Int?

  @Flag(help: "Have no second port for gRPC.")
  var noGrpc = false

  @Option(help: ArgumentHelp("Speak TLS, with the certificate in this PEM file.", valueName: "file"))
  var tlsCertificate: String?

  @Option(help: ArgumentHelp("The certificate's key, a PEM file.", valueName: "file"))
  var tlsKey: String?

  @Option(
    help: ArgumentHelp(
      "Answer only requests with the token in this file, Authorization: Bearer TOKEN; or else in $DRIVETRAIN_TOKEN.",
      valueName: "file"))
  var tokenFile: String?

  @Option(help: "How JPEGs are decoded: auto (at a reduced size where that suffices) or exact.")
  var scale: DecodeScale?

  @OptionGroup var planned: PlanOption

  func validate() throws {
    guard (0...65535).contains(port), (0...65535).contains(grpcPort ?? 0) else {
      throw ValidationError("--port and --grpc-port must be from 0 to 65535")
    }
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw ValidationError("--tls-certificate and --tls-key belong together; give both")
    }
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
    configuration.grpcPort = await portOfGRPC()
    configuration.security = try TransportSecurity(
      certificate: tlsCertificate, key: tlsKey, token: try token())
    let scheme = tlsCertificate == nil ? "http" : "https"
    let address = host.contains(":") ? "[\(host)]" : host
    try await PipelineServer(hosted, configuration).run { [hosted] ports in
      for pipeline in hosted { complain("\(pipeline.name): \(pipeline.plan)") }
      let grpc = ports.count > 1 ? ", gRPC on port \(ports[1])" : ""
      complain("serving on \(scheme)://\(address):\(ports[0])\(grpc); stop with Ctrl-C")
    }
  }

  private func portOfGRPC() async -> Int? {
    if noGrpc || grpcPort != nil { return noGrpc ? nil : grpcPort }
    guard port != 0 else { return 0 }
    guard await PipelineServer.isFree(port: Self.usualGRPCPort, of: host) else {
      complain(
        "port \(Self.usualGRPCPort) is in use: gRPC is on port \(port) alone, unless --grpc-port names another"
      )
      return nil
    }
    return Self.usualGRPCPort
  }

  private static let usualGRPCPort = 8001

  /// The secret that requests must bring.
  private func token() throws -> String? {
    guard let tokenFile else { return ProcessInfo.processInfo.environment["DRIVETRAIN_TOKEN"] }
    let text = try Data.read(tokenFile, atMost: 4096).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !token.isEmpty else { throw ServeError.emptyToken(tokenFile) }
    return token
  }
}

enum ServeError: Error, CustomStringConvertible {
  case duplicateName(String)
  case emptyToken(String)

  var description: String {
    switch self {
    case .duplicateName(let name): "two pipelines are named '\(name)'; change 'name' in one of the files"
    case .emptyToken(let path): "\(path): there is no token in it"
    }
  }
}
