import Dataflow
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat
import Vision

/// The HTTP interface of the hosted pipelines: health, metadata and inference, after the Open Inference Protocol.
struct PipelineRoutes: Sendable {
  let pipelines: [String: HostedPipeline]
  let bodies: BodyReader

  func router() -> Router<BasicRequestContext> {
    let router = Router(options: .autoGenerateHeadEndpoints)
    router.add(middleware: JSONErrors())
    router.get("/v2/health/live") { _, _ in Response(json: ["live": true]) }
    router.get("/v2/health/ready") { _, _ in Response(json: ["ready": true]) }
    router.get("/v2/models/:name") { [self] _, context in Response(json: ModelMetadata(try pipeline(context)))
    }
    router.get("/v2/models/:name/ready") { [self] _, context in
      Response(json: ["name": try pipeline(context).name])
    }
    for path: RouterPath in [
      "/v2/health/live", "/v2/health/ready", "/v2/models/:name", "/v2/models/:name/ready",
    ] {
      router.refuse([.post, .put, .patch, .delete], at: path, allowed: "GET, HEAD")
    }
    router.post("/v2/models/:name/infer") { [self] request, context in
      try await infer(request, try pipeline(context))
    }
    router.refuse([.get, .head, .put, .patch, .delete], at: "/v2/models/:name/infer", allowed: "POST")
    return router
  }

  private func pipeline(_ context: BasicRequestContext) throws -> HostedPipeline {
    let given = try context.parameters.require("name")
    let name = given.removingPercentEncoding ?? given
    guard let pipeline = pipelines[name] else {
      throw HTTPFailure(
        .notFound, "there is no model '\(name)'; there is \(pipelines.keys.sorted().joined(separator: ", "))")
    }
    return pipeline
  }

  private func infer(_ request: Request, _ pipeline: HostedPipeline) async throws -> Response {
    switch pipeline.pipeline.signature {
    case .image: try await inferImage(request, pipeline)
    case .tensors(let inputs, let outputs):
      try await inferTensors(request, pipeline, inputs: inputs, outputs: outputs)
    }
  }

  private func inferImage(_ request: Request, _ pipeline: HostedPipeline) async throws -> Response {
    guard let type = request.headers[.contentType], type.lowercased().hasPrefix("image/") else {
      throw HTTPFailure(
        .unsupportedMediaType,
        "send the image as the body with Content-Type image/jpeg, image/png or image/webp, not "
          + (request.headers[.contentType] ?? "without one"))
    }
    let answer = try await bodies.withBody(of: request) { body in
      // The bytes are shared, not copied: the buffer is never written again.
      let data = body.getData(at: body.readerIndex, length: body.readableBytes, byteTransferStrategy: .noCopy)
      return try await pipeline.infer(data ?? Data(), named: "request")
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: "application/json", .serverTiming: ServerTiming(answer.attribution).value,
      ],
      body: ResponseBody(
        byteBuffer: ByteBuffer(
          string: InferenceReport.json(pipeline: pipeline.name, items: [answer.report]))))
  }
}

extension Router {
  /// Answers methods that a path doesn't have with 405 and those that it has.
  fileprivate func refuse(_ methods: [HTTPRequest.Method], at path: RouterPath, allowed: String) {
    for method in methods {
      on(path, method: method) { request, _ -> Response in
        var failure = HTTPFailure(
          .methodNotAllowed, "\(request.uri.path) takes \(allowed), not \(method.rawValue)")
        failure.headers[.allow] = allowed
        throw failure
      }
    }
  }
}

extension HTTPField.Name {
  static let serverTiming = HTTPField.Name("Server-Timing")!
}
