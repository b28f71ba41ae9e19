/// Pose heads that need no suppression: `[objects, 6 + 3 · points]`, points by x, y and visibility.
struct YOLOEndToEndPoseHead: DetectionHead {
  static let name = "yolo-end2end-pose"

  private let objects: ObjectRows
  private let numbers: Int
  var classes: Int? { nil }
  var needsSuppression: Bool { false }
  var hasKeypoints: Bool { true }

  init?(_ network: HeadNetwork) {
    numbers = network.keypoints?.numbers ?? 3
    guard network.isTask("pose"), network.mayHaveKeypoints, network.isStated || network.outputs.count == 1,
      let objects = ObjectRows(
        network, output: network.output(rank: 2), extra: network.keypoints.map { $0.count * $0.numbers }),
      objects.columns > 6, (objects.columns - 6).isMultiple(of: numbers)
    else { return nil }
    // It has more objects than numbers of each, and anchors are more.
    if !network.isStated, let count = network.extents(objects.output, rank: 2)?[0] {
      guard count > objects.columns, count <= 1000 else { return nil }
    }
    self.objects = objects
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    try objects.candidates(outputs, above: threshold)
  }

  func keypoints(_ outputs: NetworkOutputs, of source: Int) -> [Detection.Point] {
    objects.extra(outputs, of: source).points(of: numbers)
  }
}
