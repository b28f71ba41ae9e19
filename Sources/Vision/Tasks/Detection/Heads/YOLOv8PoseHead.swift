/// Ultralytics' pose heads since YOLOv8: `[4 + classes + 3 · points, anchors]`, points by x, y and visibility.
struct YOLOv8PoseHead: DetectionHead {
  static let name = "yolov8-pose"

  private let anchors: AnchorColumns
  private let numbers: Int
  var classes: Int? { anchors.classes }
  var hasKeypoints: Bool { true }

  init?(_ network: HeadNetwork) {
    let output = network.output(rank: 2)
    guard network.isTask("pose"), network.mayHaveKeypoints, network.isStated || network.outputs.count == 1,
      let channels = network.extents(output, rank: 2)?[0]
    else { return nil }
    numbers = network.keypoints?.numbers ?? 3
    let extra = network.keypoints.map { $0.count * $0.numbers } ?? channels - 4 - max(network.labels, 1)
    guard extra > 0, extra.isMultiple(of: numbers),
      let anchors = AnchorColumns(network, output: output, extra: extra)
    else { return nil }
    self.anchors = anchors
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    try anchors.candidates(outputs, above: threshold)
  }

  func keypoints(_ outputs: NetworkOutputs, of source: Int) -> [Detection.Point] {
    anchors.extra(outputs, of: source).points(of: numbers)
  }
}
