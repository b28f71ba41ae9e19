import Dataflow
import Vision

extension HostedPipeline {
  /// Accepts tensors, one for each input of the pipeline, without waiting.
  ///
  /// - Parameter completion: called once, on any thread; must not block. `answer` says what came of it.
  /// - Throws: `AdmissionError`.
  func submit(
    _ inputs: [Tensor], _ terms: RequestTerms = RequestTerms(),
    completion: @escaping @Sendable (ItemResult) -> Void
  ) throws -> Ticket {
    try submit(inputs, bytes: Self.bytes(of: inputs), terms, completion: completion)
  }

  private static func bytes(of tensors: [Tensor]) -> Int { tensors.reduce(0) { $0 + $1.bytes.count } }

  /// What the pipeline's outputs are, one tensor for each.
  ///
  /// - Throws: what a stage threw.
  func answer(_ result: ItemResult) throws -> TensorAnswer {
    try check(result)
    return TensorAnswer(
      outputs: try pipeline.graph.outputs.indices.map { try result.output($0) },
      attribution: recorder.attribution(of: result, in: pipeline.graph))
  }

  /// Answers tensors.
  ///
  /// - Throws: what `submit` and `answer` throw.
  func infer(_ inputs: [Tensor]) async throws -> TensorAnswer {
    try answer(try await process(inputs, bytes: Self.bytes(of: inputs)))
  }

  struct TensorAnswer: Sendable {
    let outputs: [Tensor]
    let attribution: Attribution
  }
}
