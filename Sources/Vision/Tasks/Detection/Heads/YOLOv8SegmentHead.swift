/// Ultralytics' segment heads since YOLOv8: `[4 + classes + coefficients, anchors]`, and prototypes
/// `[coefficients, height / 4, width / 4]`.
struct YOLOv8SegmentHead: DetectionHead {
  static let name = "yolov8-segment"

  private let anchors: AnchorColumns
  private let prototypes: PrototypeOutput
  var classes: Int? { anchors.classes }
  var hasMasks: Bool { true }

  init?(_ network: HeadNetwork) {
    guard network.isTask("segment"), let prototypes = PrototypeOutput(network),
      let anchors = AnchorColumns(network, output: network.output(rank: 2), extra: prototypes.count)
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
