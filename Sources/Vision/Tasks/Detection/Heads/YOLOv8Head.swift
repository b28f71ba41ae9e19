/// Ultralytics' heads since YOLOv8, before non-maximum suppression: `[4 + classes, anchors]`, boxes by centre and size in pixels
/// of the input, a probability for each class.
struct YOLOv8Head: DetectionHead {
  static let name = "yolov8"

  private let anchors: AnchorColumns
  var classes: Int? { anchors.classes }

  init?(_ network: HeadNetwork) {
    guard network.isTask("detect"), network.isStated || network.outputs.count == 1,
      let anchors = AnchorColumns(network, output: network.output(rank: 2), extra: 0)
    else { return nil }
    self.anchors = anchors
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    try anchors.candidates(outputs, above: threshold)
  }
}
