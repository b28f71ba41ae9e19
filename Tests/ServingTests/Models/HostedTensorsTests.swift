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

  private func image(_ value: Float) throws -> Tensor {
    let tensor = try Tensor(shape: [1, 3, 16, 16])
    tensor.data.initialize(repeating: value)
    return tensor
  }

  @Test func accountsForEveryNanosecond() async throws {
    let hosted = try host()
    try await hosted.warmUp()
    let image = try image(0.25)
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

  /// Numbers that are not finite are data: they come out as they are, and keep no model from being served.
  @Test func notFinite() async throws {
    let hosted = try host { $0.bias = [0, .nan, .infinity, 0, 0, 0] }
    try await hosted.warmUp()
    let outputs = try await hosted.infer([image(0.25)])
    withExtendedLifetime(outputs) {
      #expect(outputs[0].data[1].isNaN && outputs[0].data[2] == .infinity)
    }
    hosted.drain()
  }

  /// What a model's file declares of its outputs, and isn't so, is noticed and told.
  @Test func declaredOtherwise() async throws {
    var graph = ONNXFile()
    graph.input("x", ["N", 6])
    graph.output("y", ["N", "K"])
    graph.node("ReduceMax", ["x"], ["y"], ["axes": .integers([0]), "keepdims": .integer(1)])
    let pipeline = try Pipeline(folder.write(graph.data, to: "odd.onnx"))
    #expect(pipeline.remarks.isEmpty)
    graph = ONNXFile()
    graph.input("x", ["N", 6])
    graph.output("y", ["N", 6])
    graph.constant("zero", [], [0])
    graph.node("ReduceMax", ["x"], ["best"], ["axes": .integers([1]), "keepdims": .integer(0)])
    graph.node("Greater", ["best", "zero"], ["isKept"])
    graph.node("Compress", ["x", "isKept"], ["y"], ["axis": .integer(0)])
    let odd = try Pipeline(folder.write(graph.data, to: "odder.onnx"))
    #expect(odd.remarks.count == 1 && odd.remarks[0].contains("gives float32 [0, 6]"), "\(odd.remarks)")
    #expect(ModelInterface(odd.signature).maximumBatch == 0)
    #expect(ModelInterface(odd.signature).outputs.map(\.shape) == [[-1, 6]])
  }
}
