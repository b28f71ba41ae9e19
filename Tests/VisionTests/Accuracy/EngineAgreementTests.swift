import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Vision

/// What engines and precisions make of the photographs, through the whole pipeline, beside ONNX Runtime in fp32.
@Suite struct EngineAgreementTests {
  static let photographs = [
    "astronaut.png", "chelsea.png", "china.jpg", "coffee.png", "flower.jpg", "grace_hopper.jpg", "large.jpg",
    "medium.jpg", "rocket.jpg", "small.jpg",
  ]

  /// The scores of every photograph.
  private func scores(_ engine: any Engine, _ precision: Precision = .float32) throws -> [[Float]] {
    let variant = EngineVariant(engine, model: try EfficientNet.model(), threads: 2, precision: precision)
    let executor = try SequentialExecutor(
      Graph("scores", chain: EfficientNet.preparation + [.infer([variant])]))
    return try Self.photographs.map { name in
      let outputs: NetworkOutputs = try executor.process(EncodedImage(Repository.image(name))).output()
      return outputs.tensors[0].numbers
    }
  }

  /// The greatest difference of two images' scores, in units of the greatest score.
  private func error(_ found: [Float], _ right: [Float]) -> Float {
    let difference = zip(found, right).map { abs($0 - $1) }.max() ?? .infinity
    return difference / (right.map(abs).max() ?? 0)
  }

  /// How far the best class is ahead of the second, in units of its score.
  private func margin(_ scores: [Float]) -> Float {
    let sorted = scores.sorted(by: >)
    return (sorted[0] - sorted[1]) / sorted[0]
  }

  private func top(_ scores: [Float]) -> Int? { scores.indices.max { scores[$0] < scores[$1] } }

  @Test func float32() throws {
    let (right, found) = (try scores(ONNXRuntimeEngine()), try scores(OpenVINOEngine()))
    #expect(Set(right.map(top)).count > 5)
    for (index, name) in Self.photographs.enumerated() {
      #expect(found[index].count == 1000 && error(found[index], right[index]) < 1e-5, "\(name)")
    }
  }

  /// The same class wherever fp32 is not undecided itself, as it is of the cat (tiger or Egyptian, by 0.1 %).
  @Test(.enabled(if: OpenVINOEngine().precisions.contains(.bfloat16), "this CPU has no bf16"))
  func bfloat16() throws {
    let right = try scores(ONNXRuntimeEngine())
    let found = try scores(OpenVINOEngine(), .bfloat16)
    for (index, name) in Self.photographs.enumerated() {
      let error = error(found[index], right[index])
      // Below, it would not have been bf16.
      #expect(error > 1e-3 && error < 0.05, "\(name): \(error)")
      #expect(["astronaut.png", "chelsea.png"].contains(name) == (margin(right[index]) < 0.01), "\(name)")
      #expect(margin(right[index]) < 0.01 || top(found[index]) == top(right[index]), "\(name)")
    }
  }
}
