/// YOLOv5's head, before non-maximum suppression: `[anchors, 5 + classes]`, boxes by centre and size in pixels of the input, a
/// probability that there is an object, and one for each class if there is.
struct YOLOv5Head: DetectionHead {
  static let name = "yolov5"

  private let channels: Int
  var classes: Int? { channels - 5 }

  init?(_ network: HeadNetwork) {
    guard let output = network.outputs.first, output.shape.count == 2, let channels = output.shape[1],
      channels > 5, network.outputs.dropFirst().allSatisfy({ $0.shape.count == 4 }),
      output.shape[0].map({ $0 > channels }) ?? true, network.labels == 0 || network.labels == channels - 5
    else { return nil }
    self.channels = channels
  }

  func candidates(_ outputs: NetworkOutputs, from threshold: Float) throws -> Candidates {
    let numbers = outputs.numbers(0)
    var candidates = Candidates()
    for anchor in 0..<numbers.count / channels {
      let row = UnsafeMutableBufferPointer(rebasing: numbers[(anchor * channels)..<((anchor + 1) * channels)])
      guard row[4] < .infinity else { throw HeadError.notFinite("output") }
      // No class is likelier than that there is something.
      guard row[4] >= threshold else { continue }
      var (best, index) = (-Float.infinity, 0)
      for (position, score) in row[5...].enumerated() where score > best { (best, index) = (score, position) }
      guard best.isFinite else { throw HeadError.notFinite("output") }
      guard best * row[4] >= threshold else { continue }
      candidates.append(
        Box(x: row[0], y: row[1], width: row[2], height: row[3]), score: best * row[4], of: index,
        from: anchor)
    }
    return candidates
  }
}
