import Dataflow
import HTTPTypes
import Hummingbird
import NIOCore
import Vision

extension PipelineRoutes {
  /// Bodies above this many bytes are not read on the thread that serves all connections.
  private static let largestInlineBody = 64 << 10

  /// Answers a request of tensors in the Open Inference Protocol's JSON.
  func inferTensors(
    _ request: Request, _ pipeline: HostedPipeline, inputs: [TensorDescription], outputs: [TensorDescription]
  ) async throws -> Response {
    let type = request.headers[.contentType]
    guard type?.prefix(while: { $0 != ";" }).lowercased().trimmed == "application/json" else {
      throw HTTPFailure(
        .unsupportedMediaType,
        "send tensors as JSON with Content-Type application/json, not \(type ?? "without one")")
    }
    return try await bodies.withBody(of: request) { body in
      let request = try await Self.offload(body.readableBytes) {
        try body.withUnsafeReadableBytes {
          try InferenceRequest(parsing: $0, inputs: inputs, outputs: outputs)
        }
      }
      let answer = try await pipeline.infer(request.inputs)
      let numbers = answer.outputs.reduce(0) { $0 + $1.bytes.count }
      let json = try await Self.offload(numbers) {
        try InferenceResponse(
          model: pipeline.name, id: request.id,
          outputs: request.outputs.map { (outputs[$0].name, answer.outputs[$0]) }
        ).json()
      }
      return Response(
        status: .ok,
        headers: [
          .contentType: "application/json", .serverTiming: ServerTiming(answer.attribution).value,
        ],
        body: ResponseBody(byteBuffer: ByteBuffer(string: json)))
    }
  }

  /// Runs `work` here if it is little, and otherwise where it stops no other connection.
  private static func offload<Result: Sendable>(
    _ bytes: Int, _ work: @Sendable () throws -> Result
  ) async throws -> Result {
    guard bytes > largestInlineBody else { return try work() }
    return try await withTaskExecutorPreference(globalConcurrentExecutor) { try work() }
  }
}

extension String {
  fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
