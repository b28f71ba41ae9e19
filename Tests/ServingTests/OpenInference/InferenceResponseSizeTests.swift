import Dataflow
import NIOCore
import TestSupport
import Testing
import Vision

@testable import Serving

/// What an answer takes is never more than was said before, and not much less where there are many numbers.
@Suite struct InferenceResponseSizeTests {
  private func floats(_ count: Int, _ random: inout SeededGenerator) -> [Float] {
    (0..<count).map { _ in
      switch Int.random(in: 0..<6, using: &random) {
      case 0: 0
      case 1: [-1.1754944e-38, -3.4028235e38, .nan, -.infinity].randomElement(using: &random) ?? 0
      case 2: Float.random(in: -1...1, using: &random)
      // Any bits at all.
      default: Float(bitPattern: .random(in: 0...(.max), using: &random))
      }
    }
  }

  private func text(_ random: inout SeededGenerator) -> String {
    let scalars: [Unicode.Scalar] = ["a", "\0", "\"", "\\", "\u{2028}", "ü", "😀", "\u{7F}", "\n"]
    let length = Int.random(in: 0..<20, using: &random)
    return String(
      String.UnicodeScalarView((0..<length).map { _ in scalars.randomElement(using: &random) ?? "a" }))
  }

  private func contents(_ count: Int, _ random: inout SeededGenerator) -> OutputTensor.Contents {
    switch Int.random(in: 0..<3, using: &random) {
    case 0: .floats(floats(count, &random))
    case 1: .integers((0..<count).map { _ in Int64(bitPattern: .random(in: 0...(.max), using: &random)) })
    default: .texts((0..<count).map { _ in text(&random) })
    }
  }

  @Test func neverMoreThanSaid() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<300 {
      let outputs = (0..<Int.random(in: 0..<5, using: &random)).map { _ in
        let count = Int.random(in: 0..<400, using: &random)
        let rank = Int.random(in: 0..<8, using: &random)
        let tensor = OutputTensor(
          name: text(&random), shape: (0..<rank).map { _ in Int.random(in: 0...(.max), using: &random) },
          contents: contents(count, &random))
        return (tensor: tensor, isBinary: Bool.random(using: &random))
      }
      let attribution = Attribution(
        of: [], stages: (0..<Int.random(in: 0..<6, using: &random)).map { _ in text(&random) }, from: 0,
        to: .random(in: 0...(.max), using: &random))
      let response = InferenceResponse(
        model: text(&random), version: Int.random(in: 1...(.max), using: &random),
        id: Bool.random(using: &random) ? text(&random) : nil, outputs: outputs,
        attribution: Bool.random(using: &random) ? attribution : nil)
      let (json, binary) = response.json()
      #expect(json.utf8.count + (binary?.readableBytes ?? 0) <= response.maximumBytes)
      #expect(response.message().count <= response.maximumMessageBytes)
    }
  }

  @Test func notMuchMore() {
    var random = SeededGenerator(seed: 4)
    let output = OutputTensor(name: "y", shape: [1000], contents: .floats(floats(1000, &random)))
    func bytes(isBinary: Bool) -> Int {
      InferenceResponse(model: "m", version: 1, id: nil, outputs: [(output, isBinary)], attribution: nil)
        .maximumBytes
    }
    #expect(bytes(isBinary: false) <= 1000 * 16 + 500 && bytes(isBinary: true) <= 1000 * 4 + 500)
  }
}
