import Dataflow
import Vision

extension HostedPipeline {
  /// Answers tensors, one for each input of the pipeline, with one for each of its outputs.
  ///
  /// - Throws: `RuntimeError.queueFull` when too many items are in flight, and whatever a stage threw.
  func infer(_ inputs: [Tensor]) async throws -> TensorAnswer {
    let result = try await executor.process(all: inputs)
    if let error = result.error { throw error }
    return TensorAnswer(
      outputs: try pipeline.graph.outputs.indices.map { try result.output($0) },
      attribution: recorder.attribution(of: result, in: pipeline.graph))
  }

  struct TensorAnswer: Sendable {
    let outputs: [Tensor]
    let attribution: Attribution
  }
}
