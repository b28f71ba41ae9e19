import Dataflow
import Foundation
import Planning
import TestSupport
import Testing
import Vision

@Suite struct InferenceOnlyTests {
  /// A photograph whose decoding takes several times as long as the network does not take any longer.
  @Test func preparationIsLeftOut() throws {
    let image = try EncodedImage(Repository.image("large.jpg"))
    let pipeline = try Pipeline(Repository.path("Pipelines/classify.yaml"))
    let plan = Plan.fused(pipeline.graph)
    let alone = try InferenceOnly(pipeline, plan: plan).measure(image, seconds: 0.5)
    #expect(alone.items > 0 && alone.seconds > 0.1)
    #expect(abs(alone.throughput * alone.seconds / Double(alone.items) - 1) < 0.5)
    let whole = try ProbeRun(pipeline.graph, plan: plan, on: .local, inputs: [[image]]).run(seconds: 0.5)
    #expect(alone.throughput > whole.throughput)
  }

  @Test func inBatches() throws {
    let pipeline = try Pipeline(Repository.path("Pipelines/classify.yaml"))
    let image = try EncodedImage(Repository.image("small.jpg"))
    var plan = Plan.fused(pipeline.graph)
    plan.placements[0].batch = 4
    plan.placements[0].queueDelay = 0.002
    #expect(try InferenceOnly(pipeline, plan: plan).measure(image, seconds: 0.2).items % 4 == 0)
  }

  @Test func aPipelineOfTensorsHasNone() throws {
    let folder = try TemporaryFolder()
    let model = try folder.write(ONNXModel().data, to: "model.onnx")
    let pipeline = try Pipeline(model)
    #expect(throws: InferenceOnlyError.self) {
      try InferenceOnly(pipeline, plan: .fused(pipeline.graph))
    }
  }
}
