import Basics
import HTTPTypes
import NIOCore
import Vision

/// The calls of `inference.GRPCInferenceService` and of `grpc.health.v1.Health`.
struct InferenceService: Sendable {
  struct Method: Sendable {
    enum Body: Sendable {
      /// Responds at once.
      case now(@Sendable (ByteBuffer) throws -> [UInt8])
      /// Responds later: the last argument is called once, from any thread, with a closure that makes the
      /// response.
      case later(@Sendable (ByteBuffer, Nanoseconds?, @escaping Reply) throws -> any Cancellable)
    }

    let body: Body
    /// Whether the call takes many messages, with a response each.
    var isStream = false
  }

  typealias Reply = @Sendable (@escaping MakeResponse) -> Void
  typealias MakeResponse = @Sendable () throws -> UnwrittenResponse<ByteBuffer>

  let host: ModelHost
  let tracer: Tracer

  private var models: ServedModels { host.models }

  /// The method of a call, by its head.
  ///
  /// - Throws: `GRPCStatus`.
  func method(_ head: HTTPRequest) throws(GRPCStatus) -> Method {
    let (models, path) = (models, head.path ?? "")
    switch path {
    case "/grpc.health.v1.Health/Check":
      return Method(body: .now { message in try HealthMessages.check(message, models) })
    case Self.path("ServerLive"), Self.path("ServerReady"):
      return Method(body: .now { try $0.checked(ServerMessages.yes()) })
    case Self.path("ModelReady"):
      return Method(
        body: .now { message in
          let reference = try ModelReference(message)
          let isThere = (try? models.find(reference)) != nil
          return isThere ? ServerMessages.yes() : []
        })
    case Self.path("ServerMetadata"):
      return Method(body: .now { try $0.checked(ServerMessages.metadata()) })
    case Self.path("ModelMetadata"):
      return Method(
        body: .now { ModelDescription(try models.find(ModelReference($0))).metadataMessage() })
    case Self.path("ModelConfig"):
      return Method(
        body: .now { ModelDescription(try models.find(ModelReference($0))).configurationMessage() })
    case Self.path("ModelStatistics"):
      return Method(
        body: .now { message in
          let reference = try ModelReference(message)
          let wanted = reference.name.isEmpty ? models.pipelines : [try models.find(reference)]
          return ServerMessages.statistics(wanted.map(\.statisticsEntry))
        })
    case Self.path("RepositoryIndex"): return RepositoryMessages.index(host)
    case Self.path("RepositoryModelLoad"): return RepositoryMessages.load(host)
    case Self.path("RepositoryModelUnload"): return RepositoryMessages.unload(host)
    case Self.path("ModelInfer"): return Method(body: infer(isStream: false, tracer.span(of: head)))
    case Self.path("ModelStreamInfer"): return Method(body: infer(isStream: true, nil), isStream: true)
    default:
      let name = path.hasPrefix(Self.path("")) ? path.dropFirst(Self.path("").count) : ""
      throw GRPCStatus(
        .unimplemented, UnsupportedExtension(call: name)?.reason ?? "there is no call \(path)")
    }
  }

  private static func path(_ name: String) -> String { "/inference.GRPCInferenceService/\(name)" }

  /// - Parameter span: the request's span; the messages of a stream have none.
  private func infer(isStream: Bool, _ span: RequestSpan?) -> Method.Body {
    .later { [models] message, timeout, reply in
      try message.withUnsafeReadableBytes { bytes in
        let inference = try InferenceMessage(bytes)
        let name = inference.model.name
        return try failing(name, span) {
          try models.withPipeline(inference.model) { pipeline in
            let request = try pipeline.recordingInvalid(span) {
              var draft = try inference.draft()
              draft.isBinary = true
              if let timeout { draft.terms.timeout = min(timeout, draft.terms.timeout ?? .max) }
              return try InferenceRequest(
                draft, for: pipeline.pipeline.signature, limits: pipeline.pipeline.limits
              ) { part in
                message.shared(part, of: bytes)
              }
            }
            return try pipeline.infer(request, span: span) { makeResponse in
              reply {
                let response = try failing(name, span) { try makeResponse() }
                return UnwrittenResponse(maximumBytes: response.maximumMessageBytes) {
                  let message = response.message()
                  return ByteBuffer(bytes: isStream ? Self.streamed(message) : message)
                }
              }
            }
          }
        }
      }
    }
  }

  private static func streamed(_ response: [UInt8]) -> [UInt8] {
    ServerMessages.build { $0.add(ProtocolFields.StreamInferResponse.inferResponse, bytes: response) }
  }

  /// The response of a stream to a message that fails.
  static func streamError(_ reason: String) -> [UInt8] {
    ServerMessages.build { $0.add(ProtocolFields.StreamInferResponse.errorMessage, reason) }
  }
}

/// Adds the model and the span to thrown errors.
private func failing<Result>(_ model: String, _ span: RequestSpan?, _ body: () throws -> Result) throws
  -> Result
{
  do {
    return try body()
  } catch {
    throw GRPCStatus(error).of(model, span)
  }
}
