import Dataflow
import Vision

extension HostedPipeline {
  /// Accepts tensors, one for each input of the pipeline, without waiting.
  ///
  /// - Parameter completion: called once, on a worker's thread; must not block. `answer` says what came of it.
  /// - Throws: `RuntimeError.queueFull` when too many items are in flight.
  func submit(_ inputs: [Tensor], completion: @escaping @Sendable (ItemResult) -> Void) throws -> Item {
    try executor.trySubmit(inputs, completion: completion)
  }

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
    try answer(try await executor.process(all: inputs))
  }

  struct TensorAnswer: Sendable {
    let outputs: [Tensor]
    let attribution: Attribution
  }
}
