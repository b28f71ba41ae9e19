import Dataflow
import Foundation
import Testing

@testable import Vision

/// Maps of the photograph's size against NumPy's.
@Suite struct MapTests {
  @Test(arguments: try TaskReferences.load().maps.filter { $0.kind != "depth" })
  func classesEqualReference(_ reference: TaskReferences.Map) throws {
    let (outputs, map) = try read(reference, labels: reference.kind == "classes" ? 21 : 0)
    let heads: [String: SegmentationHead] = [
      "classes": .logits, "foreground": .probabilities, "labels": .labelMap,
    ]
    let settings = SegmentSettings(head: try #require(heads[reference.kind]), map: map)
    let found = try Segmentation(outputs, settings)
    #expect(found.height == reference.image[0] && found.width == reference.image[1])
    let expected = try Array(#require(reference.expected).data)
    try #require(found.map.count == expected.count)
    let same = zip(found.map, expected).count { $0 == $1 }
    #expect(Double(same) / Double(expected.count) >= 0.999)
    #expect(abs(found.classes.reduce(0) { $0 + $1.share } - 1) < 1e-9)
    for part in found.classes {
      let count = found.map.count { Int($0) == part.index }
      #expect(abs(part.share - Double(count) / Double(found.map.count)) < 1e-9)
    }
    #expect(found.classes.map(\.share) == found.classes.map(\.share).sorted(by: >))
  }

  @Test(arguments: try TaskReferences.load().maps.filter { $0.kind == "depth" }, MapTaps.Filter.allCases)
  func depthEqualsReference(_ reference: TaskReferences.Map, filter: MapTaps.Filter) throws {
    let (outputs, map) = try read(reference, labels: 0)
    let found = try Depth(outputs, DepthSettings(map: map, kind: .metric, filter: filter))
    let expected = try #require(filter == .bilinear ? reference.bilinear : reference.bicubic).floats
    try #require(found.map.count == expected.count)
    #expect(zip(found.map, expected).allSatisfy { abs($0 - $1) <= 1e-4 })
    let sorted = found.map.sorted()
    #expect(found.minimum == sorted.first && found.maximum == sorted.last)
    let middle = sorted.count / 2
    #expect(
      found.median
        == (sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle])
    )
  }

  /// Of the network's size, a map has what the network gave, its margins included.
  @Test func networkSize() throws {
    let reference = try #require(TaskReferences.load().maps.first { $0.name == "labels-letterbox" })
    let (outputs, map) = try read(reference, labels: 0)
    let found = try Segmentation(outputs, SegmentSettings(head: .labelMap, map: map, size: .network))
    #expect(found.height == 48 && found.width == 48)
    #expect(found.map == (try Array(reference.output.data)))
  }

  private func read(_ reference: TaskReferences.Map, labels: Int) throws -> (NetworkOutputs, MapOutput) {
    let sides = reference.output.shape.filter { $0 > 21 }
    let frame = InputFrame(reference.fit, image: reference.image, input: sides)
    let outputs = NetworkOutputs([try reference.output.tensor], frame)
    let readings = MapOutput.reading(outputs.descriptions(["output"])[0], at: 0, labels: labels, isLast: nil)
    #expect(readings.count == 1)
    return (outputs, try #require(readings.first))
  }
}
