/// torchvision's detectors: `boxes [objects, 4]` by their edges in pixels of the input, `labels` from 1, and `scores`, as many as
/// an image has objects.
struct TorchvisionHead: DetectionHead {
  static let name = "torchvision"

  private let objects: ListedObjects
  var classes: Int? { nil }
  var countsFromOne: Bool { true }
  var needsSuppression: Bool { false }

  init?(_ network: HeadNetwork) {
    guard
      let objects = ListedObjects(
        network, boxes: network.output(named: "boxes"), classes: network.output(named: "labels"),
        scores: network.output(named: "scores")), network.isStated || objects.count == nil
    else { return nil }
    self.objects = objects
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    try objects.candidates(outputs, above: threshold) { Box(x1: $0[0], y1: $0[1], x2: $0[2], y2: $0[3]) }
  }
}
