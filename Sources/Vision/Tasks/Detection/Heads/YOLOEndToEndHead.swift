/// Heads that need no suppression, as of YOLOv10: `[objects, 6]`, boxes by their edges in pixels of the input, score, class.
struct YOLOEndToEndHead: DetectionHead {
  static let name = "yolo-end2end"

  private let objects: ObjectRows
  var classes: Int? { nil }
  var needsSuppression: Bool { false }

  init?(_ network: HeadNetwork) {
    guard network.isTask("detect"), network.isStated || network.outputs.count == 1,
      let objects = ObjectRows(network, output: network.output(rank: 2), extra: 0)
    else { return nil }
    self.objects = objects
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    try objects.candidates(outputs, above: threshold)
  }
}
