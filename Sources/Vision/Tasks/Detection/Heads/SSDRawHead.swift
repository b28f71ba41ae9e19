/// SSD before suppression: `scores [anchors, 1 + classes]`, of which the first is the background's, and `boxes [anchors, 4]` by
/// their edges in parts of the input. A box counts once for each class above the score.
struct SSDRawHead: DetectionHead {
  static let name = "ssd-raw"

  private let scores, boxes: Int
  private let names: (scores: String, boxes: String)
  private let columns: Int
  var classes: Int? { columns - 1 }
  var countsFromOne: Bool { true }

  init?(_ network: HeadNetwork) {
    guard network.isTask("detect"), let scores = network.output(named: "scores"),
      let boxes = network.output(named: "boxes"), network.output(with: "label") == nil,
      let columns = network.extents(scores, rank: 2)?[1], columns > 1,
      let edges = network.extents(boxes, rank: 2), edges[1] ?? 4 == 4,
      network.hasClasses(columns - 1) || network.hasClasses(columns)
    else { return nil }
    (self.scores, self.boxes, self.columns) = (scores, boxes, columns)
    names = (network.outputs[scores].name, network.outputs[boxes].name)
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    let frame = try outputs.knownFrame()
    let (numbers, count) = try outputs.rows(scores, of: columns, names.scores)
    let (edges, boxCount) = try outputs.rows(boxes, of: 4, names.boxes)
    guard boxCount == count else {
      throw OutputError.wrongShape(names.boxes, outputs.shape(boxes), expected: "\(count) boxes")
    }
    var candidates = Candidates(of: names.boxes)
    guard let base = numbers.baseAddress else { return candidates }
    for anchor in 0..<count {
      let row = base + anchor * columns
      for index in 0..<columns {
        guard row[index] < .infinity else { throw OutputError.notFinite(names.scores) }
        guard index > 0, row[index] > threshold else { continue }
        let box = Box(
          x1: edges[4 * anchor], y1: edges[4 * anchor + 1], x2: edges[4 * anchor + 2],
          y2: edges[4 * anchor + 3])
        try candidates.append(
          box.scaled(x: Float(frame.width), y: Float(frame.height)), score: row[index], of: index,
          from: anchor)
      }
    }
    return candidates
  }
}
