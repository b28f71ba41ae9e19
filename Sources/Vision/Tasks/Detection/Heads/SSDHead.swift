/// TensorFlow's object detection: `detection_boxes [objects, 4]` as y1 x1 y2 x2 in parts of the input, `detection_classes` from
/// 1, `detection_scores`, and `num_detections`, behind which the lists are filled up.
struct SSDHead: DetectionHead {
  static let name = "ssd"

  private let objects: ListedObjects
  private let number: Int?
  private let numberName: String
  var classes: Int? { nil }
  var countsFromOne: Bool { true }
  var needsSuppression: Bool { false }

  init?(_ network: HeadNetwork) {
    guard
      let objects = ListedObjects(
        network, boxes: network.output(named: "detection_boxes"),
        classes: network.output(named: "detection_classes"),
        scores: network.output(named: "detection_scores"))
    else { return nil }
    self.objects = objects
    number = network.output(named: "num_detections")
    numberName = number.map { network.outputs[$0].name } ?? ""
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    let frame = try outputs.knownFrame()
    let (width, height) = (Float(frame.width), Float(frame.height))
    let limit = try number.flatMap { try outputs.integers($0, numberName).first } ?? .max
    return try objects.candidates(outputs, above: threshold, limit: limit) {
      Box(x1: $0[1], y1: $0[0], x2: $0[3], y2: $0[2]).scaled(x: width, y: height)
    }
  }
}
