import HTTPTypes
import NIOCore
import Vision

extension PipelineRoutes {
  /// JSON above this many bytes is refused: it is read on the thread that serves all connections.
  private static let largestBody = 4 << 20

  /// Answers a request of tensors in the Open Inference Protocol's JSON.
  func inferTensors(
    _ pipeline: HostedPipeline, _ request: HTTPRequest, inputs: [TensorDescription],
    outputs: [TensorDescription]
  ) throws(HTTPFailure) -> Route {
    let type = request.headerFields[.contentType]
    guard type?.prefix(while: { $0 != ";" }).lowercased().trimmed == "application/json" else {
      throw HTTPFailure(
        .unsupportedMediaType,
        "send tensors as JSON with Content-Type application/json, not \(type ?? "without one")")
    }
    return .body { body, reply in
      guard body.readableBytes <= Self.largestBody else {
        throw HTTPFailure(
          .contentTooLarge, "JSON of tensors may have \(Self.largestBody) bytes; send fewer rows at once")
      }
      let request = try body.withUnsafeReadableBytes {
        try InferenceRequest(parsing: $0, inputs: inputs, outputs: outputs)
      }
      return try pipeline.submit(request.inputs) { result in
        reply {
          let answer = try pipeline.answer(result)
          return HTTPAnswer(
            headers: [.serverTiming: ServerTiming(answer.attribution).value],
            json: try InferenceResponse(
              model: pipeline.name, id: request.id,
              outputs: request.outputs.map { (outputs[$0].name, answer.outputs[$0]) }
            ).json())
        }
      }
    }
  }
}

extension String {
  fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
