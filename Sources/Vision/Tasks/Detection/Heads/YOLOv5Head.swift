/// YOLOv5's head, before non-maximum suppression: `[anchors, 5 + classes]`, boxes by centre and size in pixels of the input, a
/// probability that there is an object, and one for each class if there is.
struct YOLOv5Head: DetectionHead {
  static let name = "yolov5"

  private let anchors: AnchorRows
  var classes: Int? { anchors.classes }

  init?(_ network: HeadNetwork) {
    // Older exports have the three grids beside it.
    guard network.isTask("detect"), !network.outputs.isEmpty,
      let anchors = AnchorRows(network, output: network.output(rank: 2), extra: 0),
      network.outputs.indices.allSatisfy({
        $0 == anchors.output || network.extents($0, rank: 4) != nil
      })
    else { return nil }
    self.anchors = anchors
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    try anchors.candidates(outputs, above: threshold)
  }
}
