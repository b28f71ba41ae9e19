/// Ultralytics' RT-DETR: `[objects, 6]`, boxes by centre and size in parts of the input, score, class.
struct UltralyticsRTDETRHead: DetectionHead {
  static let name = "ultralytics-rtdetr"

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
    let frame = try outputs.knownFrame()
    let (width, height) = (Float(frame.width), Float(frame.height))
    return try objects.candidates(outputs, above: threshold) {
      Box(x: $0[0], y: $0[1], width: $0[2], height: $0[3]).scaled(x: width, y: height)
    }
  }
}
