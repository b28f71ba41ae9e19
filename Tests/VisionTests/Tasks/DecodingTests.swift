import Dataflow
import Foundation
import Testing

@testable import Vision

/// Every head against what its authors' code makes of the same outputs.
@Suite struct DecodingTests {
  @Test(arguments: try TaskReferences.load().decoding)
  func equalsReference(_ reference: TaskReferences.Decoding) throws {
    let frame = InputFrame(reference.fit, image: reference.image, input: reference.input)
    let outputs = NetworkOutputs(try reference.outputs.map { try $0.tensor }, frame)
    var network = HeadNetwork(outputs: outputs.descriptions(reference.outputs.compactMap(\.name)))
    network.isStated = true
    network.labels = reference.classes ?? 0
    let type = try #require(DetectionHeads.named(reference.head))
    let fitting = type.init(network)
    let head = try #require(fitting)
    var settings = DetectSettings(type)
    settings.score = reference.settings.score
    settings.overlap = reference.settings.iou
    settings.maximum = reference.settings.maximum
    settings.isClassAgnostic = !reference.settings.classWise
    let found = try Detections(outputs, head, settings).objects
    try compare(found, reference.expected)
  }

  /// The shapes alone say which head it is, given the names of classes; those of one shape are told apart by `head`.
  @Test(arguments: try TaskReferences.load().decoding)
  func isFoundByShapes(_ reference: TaskReferences.Decoding) throws {
    let frame = InputFrame(reference.fit, image: reference.image, input: reference.input)
    let outputs = NetworkOutputs(try reference.outputs.map { try $0.tensor }, frame)
    var network = HeadNetwork(outputs: outputs.descriptions(reference.outputs.compactMap(\.name)))
    network.labels = reference.classes ?? 0
    let found = DetectionHeads.fitting(network).map { type(of: $0).name }
    let alike = ["yolo-end2end", "ultralytics-rtdetr"]
    #expect(found == (alike.contains(reference.head) ? alike : [reference.head]))
  }

  private func compare(_ found: [Detection], _ expected: [TaskReferences.Object]) throws {
    try #require(found.count == expected.count)
    for (found, expected) in zip(found, expected) {
      #expect(found.index == expected.index)
      #expect(abs(found.score - expected.score) <= 1e-5)
      let edges = [found.box.x1, found.box.y1, found.box.x2, found.box.y2]
      #expect(zip(edges, expected.box).allSatisfy { abs($0 - $1) <= 0.01 }, "\(edges) \(expected.box)")
      #expect(found.keypoints?.count == expected.keypoints?.count)
      for (point, wanted) in zip(found.keypoints ?? [], expected.keypoints ?? []) {
        #expect(abs(point.x - wanted[0]) <= 0.01 && abs(point.y - wanted[1]) <= 0.01)
      }
      #expect((found.mask == nil) == (expected.mask == nil))
      guard let mask = found.mask, let wanted = expected.mask else { continue }
      #expect([mask.height, mask.width] == wanted.size)
      #expect(mask.counts.reduce(0, +) == mask.height * mask.width)
      // Of the mask's own pixels, so that a wrong small one fails.
      let area = max(mask.area, 1000)
      #expect(mask.difference(wanted.counts) * 1000 <= area, "\(mask.difference(wanted.counts)) of \(area)")
      if mask.counts == wanted.counts { #expect(mask.compressed == wanted.rle) }
    }
  }
}
