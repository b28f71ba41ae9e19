import Dataflow
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
import Vision

/// The HTTP interface of the hosted pipelines: health, metadata and inference, after the Open Inference Protocol.
struct PipelineRoutes: Sendable {
  let pipelines: [String: HostedPipeline]

  /// - Throws: 404 and 405 for what isn't there, 415 for what is no image.
  func route(_ request: HTTPRequest) throws(HTTPFailure) -> Route {
    let path = request.path?.prefix { $0 != "?" } ?? ""
    let parts = path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    switch (parts.first, parts.dropFirst().first, parts.count) {
    case ("v2", "health", 3) where parts[2] == "live" || parts[2] == "ready":
      try allow([.get, .head], request, path)
      return .answer(HTTPAnswer(json: [parts[2]: true]))
    case ("v2", "models", 3):
      try allow([.get, .head], request, path)
      return .answer(HTTPAnswer(json: ModelMetadata(try pipeline(parts[2]))))
    case ("v2", "models", 4) where parts[3] == "ready":
      try allow([.get, .head], request, path)
      return .answer(HTTPAnswer(json: ["name": try pipeline(parts[2]).name]))
    case ("v2", "models", 4) where parts[3] == "infer":
      try allow([.post], request, path)
      return try infer(try pipeline(parts[2]), request)
    default:
      throw HTTPFailure(
        .notFound, "there is nothing at \(request.method.rawValue) \(path); see /v2/models/NAME")
    }
  }

  private func infer(_ pipeline: HostedPipeline, _ request: HTTPRequest) throws(HTTPFailure) -> Route {
    switch pipeline.pipeline.signature {
    case .image: try inferImage(pipeline, request)
    case .tensors(let inputs, let outputs):
      try inferTensors(pipeline, request, inputs: inputs, outputs: outputs)
    }
  }

  private func inferImage(_ pipeline: HostedPipeline, _ request: HTTPRequest) throws(HTTPFailure) -> Route {
    guard let type = request.headerFields[.contentType], type.lowercased().hasPrefix("image/") else {
      throw HTTPFailure(
        .unsupportedMediaType,
        "send the image as the body with Content-Type image/jpeg, image/png or image/webp, not "
          + (request.headerFields[.contentType] ?? "without one"))
    }
    return .body { body, reply in
      // The bytes are shared, not copied: the buffer is never written again.
      let data = body.getData(at: body.readerIndex, length: body.readableBytes, byteTransferStrategy: .noCopy)
      return try pipeline.submit(data ?? Data(), named: "request") { completed in
        reply {
          let answer = try pipeline.answer(completed)
          return HTTPAnswer(
            headers: [.serverTiming: ServerTiming(answer.attribution).value],
            json: InferenceReport.json(pipeline: pipeline.name, items: [answer.report]))
        }
      }
    }
  }

  private func pipeline(_ name: String) throws(HTTPFailure) -> HostedPipeline {
    let name = name.utf8.contains(UInt8(ascii: "%")) ? name.removingPercentEncoding ?? name : name
    guard let pipeline = pipelines[name] else {
      throw HTTPFailure(
        .notFound, "there is no model '\(name)'; there is \(pipelines.keys.sorted().joined(separator: ", "))")
    }
    return pipeline
  }

  private func allow(
    _ methods: [HTTPRequest.Method], _ request: HTTPRequest, _ path: Substring
  ) throws(HTTPFailure) {
    guard !methods.contains(request.method) else { return }
    let allowed = methods.map(\.rawValue).joined(separator: ", ")
    var failure = HTTPFailure(.methodNotAllowed, "\(path) takes \(allowed), not \(request.method.rawValue)")
    failure.headers[.allow] = allowed
    throw failure
  }
}

extension HTTPField.Name {
  static let serverTiming = HTTPField.Name("Server-Timing")!
}
