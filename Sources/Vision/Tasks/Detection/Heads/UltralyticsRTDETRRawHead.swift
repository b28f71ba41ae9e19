/// Ultralytics' RT-DETR before its classes are compared: `[objects, 4 + classes]`, boxes by centre and size in parts of the
/// input, a probability for each class.
struct UltralyticsRTDETRRawHead: DetectionHead {
  static let name = "ultralytics-rtdetr-raw"

  private let output: Int
  private let outputName: String
  private let columns: Int
  var classes: Int? { columns - 4 }
  var needsSuppression: Bool { false }

  init?(_ network: HeadNetwork) {
    guard network.isTask("detect"), network.isStated || network.outputs.count == 1,
      let output = network.output(rank: 2), let extents = network.extents(output, rank: 2),
      network.outputs[output].element?.isFloating ?? false, let columns = extents[1],
      network.hasClasses(columns - 4)
    else { return nil }
    if !network.isStated {
      // It has a few hundred queries; a head with anchors has as many as its grids have cells.
      guard let objects = extents[0], objects > columns, objects <= 1000,
        !network.mayBeGrid(objects, boxesPerCell: 3)
      else { return nil }
    }
    (self.output, self.columns) = (output, columns)
    outputName = network.outputs[output].name
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    let frame = try outputs.knownFrame()
    let (numbers, count) = try outputs.rows(output, of: columns, outputName)
    var candidates = Candidates(of: outputName)
    guard let base = numbers.baseAddress else { return candidates }
    for object in 0..<count {
      let row = base + object * columns
      let (score, index) = try Scores.best(row + 4, count: columns - 4, outputName)
      guard score > threshold else { continue }
      try candidates.append(
        Box(x: row[0], y: row[1], width: row[2], height: row[3]).scaled(
          x: Float(frame.width), y: Float(frame.height)), score: score, of: index, from: object)
    }
    return candidates
  }
}
