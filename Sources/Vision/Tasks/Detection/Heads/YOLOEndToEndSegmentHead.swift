/// Segment heads that need no suppression: `[objects, 6 + coefficients]`, and prototypes `[coefficients, height / 4, width / 4]`.
struct YOLOEndToEndSegmentHead: DetectionHead {
  static let name = "yolo-end2end-segment"

  private let objects: ObjectRows
  private let prototypes: PrototypeOutput
  var classes: Int? { nil }
  var needsSuppression: Bool { false }
  var hasMasks: Bool { true }

  init?(_ network: HeadNetwork) {
    guard network.isTask("segment"), let prototypes = PrototypeOutput(network),
      let objects = ObjectRows(network, output: network.output(rank: 2), extra: prototypes.count)
    else { return nil }
    (self.objects, self.prototypes) = (objects, prototypes)
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    try objects.candidates(outputs, above: threshold)
  }

  func mask(_ outputs: NetworkOutputs, of source: Int, in box: Box) throws -> RunLengthMask? {
    try prototypes.mask(outputs, objects.extra(outputs, of: source), in: box)
  }
}
