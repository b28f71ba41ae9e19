import Dataflow
import Foundation
import TestSupport
import Testing
import Vision

@testable import Serving

/// A network alone: its tensors are the pipeline's.
@Suite struct HostedTensorsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func host(_ change: (inout ONNXModel) -> Void = { _ in }) throws -> HostedPipeline {
    try HostedPipeline(Pipeline(folder.write(ONNXModel(change).data, to: "\(UUID()).onnx")))
  }

  private func image(_ value: Float) -> Tensor {
    let tensor = Tensor(shape: [1, 3, 16, 16])
    tensor.data.initialize(repeating: value)
    return tensor
  }

  @Test func accountsForEveryNanosecond() async throws {
    let hosted = try host()
    try await hosted.warmUp()
    let image = image(0.25)
    try await withThrowingTaskGroup { group in
      for _ in 0..<40 {
        group.addTask { try await hosted.process(HostedPipeline.Input(values: [image], bytes: 1)) }
      }
      for try await finished in group {
        let attribution = try #require(finished.attribution)
        let output = try finished.result.output(as: Tensor.self)
        let stages = attribution.stages.reduce(0) { $0 + $1.compute + $1.queue + $1.transfer }
        #expect(stages + attribution.unattributed == attribution.total)
        #expect(output.shape == [1, 6] && abs(output.slot(0)[0] - 0.25) < 1e-6)
      }
    }
    hosted.drain()
    await #expect(throws: RuntimeError.closed) { try await hosted.infer([image]) }
  }

  /// Inputs are added by the model: two of them make twice one.
  @Test func severalInputs() async throws {
    let hosted = try host { $0.hasSecondInput = true }
    let outputs = try await hosted.infer([image(0.25), image(0.5)])
    #expect(abs(outputs[0].slot(0)[0] - 0.75) < 1e-6)
    await #expect(throws: RuntimeError.self) { try await hosted.infer([image(1)]) }
    hosted.drain()
  }

  @Test func integers() async throws {
    let hosted = try host {
      $0.givesArgMax = true
      $0.bias = [0, 0, 0, 0, 2, 0]
    }
    let outputs = try await hosted.infer([image(0)])
    #expect(outputs.map(\.element) == [.int64])
    withExtendedLifetime(outputs) { #expect(Array(outputs[0].integers) == [4]) }
    hosted.drain()
  }

  @Test func brokenModels() async throws {
    let hosted = try host { $0.bias = [0, 0, .infinity, 0, 0, 0] }
    let reason = "\(OutputNotFinite(name: "scores"))"
    await #expect(throws: WarmUpError(pipeline: hosted.name, reason: reason)) { try await hosted.warmUp() }
    hosted.drain()
  }
}
