/// Heads that need no suppression, as of YOLOv10: `[objects, 6]`, boxes by their edges in pixels of the input, score, class.
struct YOLOEndToEndHead: DetectionHead {
  static let name = "yolo-end2end"

  let needsSuppression = false
  var classes: Int? { nil }

  init?(_ network: HeadNetwork) {
    guard network.outputs.count == 1, network.outputs[0].shape.count == 2, network.outputs[0].shape[1] == 6
    else {
      return nil
    }
  }

  func candidates(_ outputs: NetworkOutputs, from threshold: Float) throws -> Candidates {
    let numbers = outputs.numbers(0)
    var candidates = Candidates()
    for object in 0..<numbers.count / 6 {
      let row = UnsafeMutableBufferPointer(rebasing: numbers[(6 * object)..<(6 * object + 6)])
      guard row.allSatisfy(\.isFinite) else { throw HeadError.notFinite("output") }
      guard row[4] >= threshold else { continue }
      candidates.append(
        Box(x1: row[0], y1: row[1], x2: row[2], y2: row[3]), score: row[4], of: Int(max(row[5], 0)),
        from: object)
    }
    return candidates
  }
}
