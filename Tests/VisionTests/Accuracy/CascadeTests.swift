import Dataflow
import Foundation
import Planning
import TestSupport
import Testing

@testable import Vision

/// Networks of 8-bit integers, and float32 where those are unsure.
@Suite struct CascadeTests {
  /// What the network is given: the cat, of which it can't say whether it is a tiger cat or an Egyptian, and a cup of
  /// espresso, of which it is sure.
  private func tensor(_ names: [String]) throws -> Tensor {
    let executor = try SequentialExecutor(Graph("tensors", chain: EfficientNet.preparation))
    let tensor = try Tensor(shape: [names.count, 3, 224, 224])
    for (index, name) in names.enumerated() {
      let slot: BatchSlot = try executor.process(EncodedImage(Repository.image(name))).output()
      _ = tensor.slot(index).update(fromContentsOf: slot.tensor.slot(0))
    }
    return tensor
  }

  private func rows(_ session: any EngineSession, _ input: Tensor) throws -> [[Float]] {
    let scores = try #require(try session.run([input]).first)
    return (0..<scores.shape[0]).map { Array(scores.slot($0)) }
  }

  @Test(arguments: Engines.all.map(\.name))
  func computesAgainWhatIsUndecided(engine: String) throws {
    let engine = try #require(Engines.named(engine))
    let path = try EfficientNet.model()
    let exact = EngineVariant(engine, model: path, threads: 1)
    let quick = EngineVariant(engine, model: path, threads: 1, precision: .int8)
    let cascade = EngineVariant(engine, model: path, threads: 1, precision: .int8, fallback: (exact, 0.25))
    #expect(cascade.name == "\(engine.name)-int8-cascade-0.25")
    func rows(_ variant: EngineVariant, _ names: [String]) throws -> [[Float]] {
      try self.rows(variant.session(), tensor(names))
    }
    let (cat, cup) = (["chelsea.png"], ["coffee.png"])
    let (catExact, catQuick) = (try rows(exact, cat), try rows(quick, cat))
    #expect(catExact != catQuick, "quantised numbers are others")
    #expect(try rows(cascade, cat) == catExact)
    #expect(try rows(cascade, cup) == rows(quick, cup))
    // Of a batch, the cat alone.
    let both = try rows(cascade, cup + cat)
    #expect(both == (try rows(quick, cup) + catExact))
    #expect(try rows(cascade, cat + cat) == catExact + catExact)
  }

  @Test(arguments: [
    ([3, 1, 2] as [Float], 1, true), ([3, 1, 2], 1.3, false), ([2, 2], 0, false), ([.nan, .nan], 0, false),
    ([1, .nan, 7], 0.1, false), ([.infinity, 1], 0.1, false),
  ])
  func decides(scores: [Float], margin: Float, isDecided: Bool) {
    var scores = scores
    scores.withUnsafeMutableBufferPointer {
      #expect(CascadeSession.isDecided($0, margin) == isDecided)
    }
  }

  @Test func quantisedModelMustFit() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(ONNXModel().data, to: "model.onnx")
    _ = try folder.write(ONNXModel { $0.side = 1 }.data, to: "model.int8.onnx")
    let engine = ONNXRuntimeEngine()
    let exact = EngineVariant(engine, model: path, threads: 1)
    let cascade = EngineVariant(engine, model: path, threads: 1, precision: .int8, fallback: (exact, 0.1))
    #expect { _ = try cascade.session() } throws: { "\($0)".contains("quantised model") }
  }

  /// The quantised ways are there if the file is, and calibration finds the one of least margin within the tolerance.
  @Test func leastMarginWithinTolerance() throws {
    let folder = try TemporaryFolder()
    let model = try EfficientNet.model()
    let all = EngineVariant.all(model: model, engine: OpenVINOEngine(), threads: 1).map(
      \.name)
    #expect(all.filter { $0.contains("int8") }.count == 5)
    let images = folder.path + "/images"
    try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
    for name in ["chelsea.png", "coffee.png", "rocket.jpg"] {
      try Repository.image(name).write(to: URL(filePath: "\(images)/\(name)"))
    }
    let text =
      try Repository.pipeline("classify")
      .replacing("infer:", with: "infer:\n    engine: openvino\n    threads: 1")
      + "\ntolerance: {top1_agreement: 1, images: \(images)}"
    let file = try folder.write(text.utf8, to: "classify.yaml")
    let agreements = try PipelineWorkload(Pipeline(file)).agreements(on: .local)
    let int8 = agreements.filter { $0.implementation.contains("int8") }
    #expect(int8.last?.value == 1)
    #expect(int8.dropLast().allSatisfy { $0.value < 1 })
    #expect(int8.count < 5, "the margins after the first that is enough aren't tried")
  }
}
