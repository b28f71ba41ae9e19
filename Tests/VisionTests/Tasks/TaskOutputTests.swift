import Basics
import Dataflow
import Foundation
import Testing

@testable import Vision

/// JSON, tensors and agreement of the tasks' outputs.
@Suite struct TaskOutputTests {
  private func json(_ output: any TaskOutput) throws -> [String: Any] {
    var text = JSONText(capacity: 64)
    text.object { output.write(to: &$0, key: "outputs") }
    let value = try JSONSerialization.jsonObject(with: Data(text.text.utf8)) as? [String: Any]
    return try #require(value?["outputs"] as? [String: Any])
  }

  @Test func segmentationHasItsMapAsPNG() throws {
    let output = Segmentation([0, 2, 2, 2, 0, 7], width: 3, height: 2, LabelNames(["sky", "sea", "land"]))
    let value = try json(output)
    #expect(Set(value.keys) == ["width", "height", "classes", "map"])
    #expect(value["width"] as? Int == 3 && value["height"] as? Int == 2)
    let classes = try #require(value["classes"] as? [[String: Any]])
    #expect(classes.compactMap { $0["label"] as? String } == ["land", "sky", "class 7"])
    #expect(classes.compactMap { $0["index"] as? Int } == [2, 0, 7])
    #expect(classes.compactMap { $0["share"] as? Double }.first == 0.5)
    let text = try #require(value["map"] as? String)
    let png = try #require(Data(base64Encoded: text))
    #expect(try ImageDecoder().decode(png, for: nil).array == output.map.flatMap { [$0, $0, $0] })
  }

  @Test func depthHasItsMapAsPNG() throws {
    let output = Depth([1, 2, 3, 6, 6, 0.5], width: 3, height: 2, kind: .metric)
    let value = try json(output)
    #expect(Set(value.keys) == ["kind", "minimum", "maximum", "median", "map", "scale"])
    #expect(value["kind"] as? String == "metric")
    let numbers = ["minimum", "maximum", "median"].compactMap { value[$0] as? Double }
    #expect(numbers == [0.5, 6, 2.5])
    let scale = try #require(value["scale"] as? Double)
    let text = try #require(value["map"] as? String)
    let png = try #require(Data(base64Encoded: text))
    // The decoder keeps the upper bytes.
    let levels = try ImageDecoder().decode(png, for: nil).array
    for (place, depth) in output.map.enumerated() {
      #expect(abs(Double(levels[3 * place]) * 256 * scale + 0.5 - Double(depth)) <= 256 * scale)
    }
    #expect(Depth([3, 3], width: 2, height: 1, kind: .relative).scale == 0)
    #expect(try json(Depth([3, 3], width: 2, height: 1, kind: .relative))["scale"] as? Double == 0)
  }

  @Test func embeddingIsAVector() throws {
    let output = Embedding([3, 4])
    #expect(try json(output)["vector"] as? [Double] == [3, 4])
    #expect(output.normalised == Embedding([0.6, 0.8]))
    #expect(Embedding([0, 0]).normalised == Embedding([0, 0]))
    let tensors = try Embedding.tensors([output, output, output], of: Embedding.portType)
    #expect(tensors.map(\.shape) == [[3, 2]])
  }

  @Test func agreementIsWhatEachTaskSays() {
    let map = Segmentation([0, 1, 1, 1], width: 2, height: 2, LabelNames())
    #expect(map.agreement(with: map) == 1)
    #expect(map.agreement(with: Segmentation([1, 1, 1, 1], width: 2, height: 2, LabelNames())) == 0.75)
    #expect(map.agreement(with: Segmentation([0, 1, 1, 1], width: 4, height: 1, LabelNames())) == 0)
    let depth = Depth([100, 100, 100, 100], width: 2, height: 2, kind: .metric)
    #expect(
      depth.agreement(with: Depth([100.9, 99.1, 102, 100], width: 2, height: 2, kind: .metric)) == 0.75)
    #expect(Embedding([1, 0]).agreement(with: Embedding([9, 0.1])) == 1)
    #expect(Embedding([1, 0]).agreement(with: Embedding([1, 1])) == 0)
    #expect(Embedding([0, 0]).agreement(with: Embedding([0, 0])) == 1)
  }
}
