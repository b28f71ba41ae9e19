/// MLPerf's SSD: `bboxes [objects, 4]` by their edges in parts of the input, `labels` from 1, and `scores`, after suppression.
struct SSDSortedHead: DetectionHead {
  static let name = "ssd-sorted"

  private let objects: ListedObjects
  var classes: Int? { nil }
  var countsFromOne: Bool { true }
  var needsSuppression: Bool { false }

  init?(_ network: HeadNetwork) {
    guard
      let objects = ListedObjects(
        network, boxes: network.output(named: "bboxes"), classes: network.output(named: "labels"),
        scores: network.output(named: "scores"))
    else { return nil }
    self.objects = objects
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    let frame = try outputs.knownFrame()
    let (width, height) = (Float(frame.width), Float(frame.height))
    return try objects.candidates(outputs, above: threshold) {
      Box(x1: $0[0], y1: $0[1], x2: $0[2], y2: $0[3]).scaled(x: width, y: height)
    }
  }
}
