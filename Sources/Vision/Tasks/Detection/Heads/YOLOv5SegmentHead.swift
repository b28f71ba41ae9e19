/// YOLOv5's segment head: `[anchors, 5 + classes + coefficients]`, and prototypes `[coefficients, height / 4, width / 4]`.
struct YOLOv5SegmentHead: DetectionHead {
  static let name = "yolov5-segment"

  private let anchors: AnchorRows
  private let prototypes: PrototypeOutput
  var classes: Int? { anchors.classes }
  var hasMasks: Bool { true }

  init?(_ network: HeadNetwork) {
    guard network.isTask("segment"), let prototypes = PrototypeOutput(network),
      let anchors = AnchorRows(network, output: network.output(rank: 2), extra: prototypes.count)
    else { return nil }
    (self.anchors, self.prototypes) = (anchors, prototypes)
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    try anchors.candidates(outputs, above: threshold)
  }

  func mask(_ outputs: NetworkOutputs, of source: Int, in box: Box) throws -> RunLengthMask? {
    try prototypes.mask(outputs, anchors.extra(outputs, of: source), in: box)
  }
}
