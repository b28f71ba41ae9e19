import Foundation
import HTTPTypes
import NIOCore
import Vision

/// The readers of clients' input, as the server calls them, for trials with damaged bytes.
package struct UntrustedInput: Sendable {
  /// Calls of gRPC that need no model.
  package static let calls = [
    "ServerMetadata", "ModelMetadata", "ModelConfig", "ModelReady", "ModelStatistics", "RepositoryIndex",
    "RepositoryModelLoad", "RepositoryModelUnload",
  ]

  private let signature: PipelineSignature
  private let service = InferenceService(host: ModelHost(), tracer: Tracer())

  /// - Parameter signature: the signature of the requested model.
  package init(for signature: PipelineSignature) { self.signature = signature }

  /// Reads a request of the protocol, in JSON with binary tensors behind it.
  ///
  /// - Throws: the reason for a refusal.
  package func readJSON(_ bytes: UnsafeRawBufferPointer, binary: UnsafeRawBufferPointer) throws {
    _ = try InferenceRequest(parsing: bytes, binary: binary, for: signature)
  }

  /// Reads a `ModelInferRequest`.
  ///
  /// - Throws: the reason for a refusal.
  package func readMessage(_ bytes: UnsafeRawBufferPointer) throws {
    _ = try InferenceRequest(InferenceMessage(bytes).draft(), for: signature) { Data($0) }
  }

  /// Responds to a call's message where no model is served.
  ///
  /// - Throws: the reason for a refusal.
  package func readMessage(_ bytes: UnsafeRawBufferPointer, of call: String) throws {
    let path = "/inference.GRPCInferenceService/\(call)"
    let head = HTTPRequest(method: .post, scheme: nil, authority: nil, path: path)
    switch try service.method(head).body {
    case .now(let answer): _ = try answer(ByteBuffer(bytes: bytes))
    case .later(let begin): _ = try begin(ByteBuffer(bytes: bytes), nil) { _ in }
    }
  }
}
