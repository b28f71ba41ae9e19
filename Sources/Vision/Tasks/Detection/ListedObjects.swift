/// Outputs that list objects: boxes `[objects, 4]`, classes and scores `[objects]`.
struct ListedObjects: Sendable {
  private let boxes, classes, scores: Int
  private let names: (boxes: String, classes: String, scores: String)
  /// `nil` where it differs from image to image.
  let count: Int?

  /// - Parameters: the outputs' numbers.
  /// - Returns: `nil` where one is missing or has another shape.
  init?(_ network: HeadNetwork, boxes: Int?, classes: Int?, scores: Int?) {
    guard network.isTask("detect"), let boxes, let classes, let scores,
      let extents = network.extents(boxes, rank: 2), extents[1] ?? 4 == 4,
      network.extents(classes, rank: 1) != nil, network.extents(scores, rank: 1) != nil,
      network.outputs[scores].element?.isFloating ?? false,
      network.outputs[boxes].element?.isFloating ?? false
    else { return nil }
    (self.boxes, self.classes, self.scores) = (boxes, classes, scores)
    names = (network.outputs[boxes].name, network.outputs[classes].name, network.outputs[scores].name)
    count = extents[0]
  }

  /// - Parameters:
  ///   - limit: how many of the list count.
  ///   - box: of four numbers.
  func candidates(
    _ outputs: NetworkOutputs, above threshold: Float, limit: Int = .max,
    _ box: (UnsafePointer<Float>) -> Box
  ) throws -> Candidates {
    let (edges, count) = try outputs.rows(boxes, of: 4, names.boxes)
    let numbers = try outputs.floats(scores, names.scores)
    let classes = try outputs.integers(classes, names.classes)
    guard numbers.count == count, classes.count == count else {
      throw OutputError(
        "the network gives \(count) boxes, \(numbers.count) scores and \(classes.count) classes for this image"
      )
    }
    var candidates = Candidates(of: names.boxes)
    guard let base = edges.baseAddress else { return candidates }
    for object in 0..<min(count, limit) {
      guard numbers[object] < .infinity else { throw OutputError.notFinite(names.scores) }
      guard numbers[object] > threshold else { continue }
      try candidates.append(box(base + 4 * object), score: numbers[object], of: classes[object], from: object)
    }
    return candidates
  }
}
