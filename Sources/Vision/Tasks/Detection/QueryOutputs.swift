import Foundation

/// The outputs of Hugging Face's DETR family: `logits [queries, classes]` and `pred_boxes [queries, 4]`, by centre and size in
/// parts of the input.
struct QueryOutputs: Sendable {
  private let logits, boxes: Int
  private let logitsName, boxesName: String
  /// Logits of a query.
  let columns: Int

  init?(_ network: HeadNetwork) {
    guard network.isTask("detect"), let logits = network.output(with: "logits"),
      let boxes = network.output(with: "boxes"), network.extents(boxes, rank: 2)?[1] ?? 4 == 4,
      network.extents(boxes, rank: 2) != nil, let columns = network.extents(logits, rank: 2)?[1], columns > 0
    else { return nil }
    (self.logits, self.boxes, self.columns) = (logits, boxes, columns)
    (logitsName, boxesName) = (network.outputs[logits].name, network.outputs[boxes].name)
  }

  /// An empty list, the numbers of each query, and the box of one in pixels of the input.
  ///
  /// - Throws: `OutputError` for logits that are NaN or +∞.
  func read(
    _ outputs: NetworkOutputs
  ) throws -> (Candidates, logits: UnsafePointer<Float>?, count: Int, box: (Int) -> Box) {
    let frame = try outputs.knownFrame()
    let (numbers, count) = try outputs.rows(logits, of: columns, logitsName)
    let (edges, boxCount) = try outputs.rows(boxes, of: 4, boxesName)
    guard boxCount == count else {
      throw OutputError.wrongShape(boxesName, outputs.shape(boxes), expected: "\(count) boxes")
    }
    for number in numbers where !(number < .infinity) { throw OutputError.notFinite(logitsName) }
    let (width, height) = (Float(frame.width), Float(frame.height))
    return (
      Candidates(of: boxesName), UnsafePointer(numbers.baseAddress), count,
      { query in
        Box(
          x: edges[4 * query], y: edges[4 * query + 1], width: edges[4 * query + 2],
          height: edges[4 * query + 3]
        )
        .scaled(x: width, y: height)
      }
    )
  }
}

/// Scores of classes.
enum Scores {
  /// The largest, the first of equal ones.
  ///
  /// - Throws: `OutputError` for NaN and +∞.
  static func best(_ scores: UnsafePointer<Float>, count: Int, _ output: String) throws -> (Float, index: Int)
  {
    var (best, index) = (-Float.infinity, 0)
    for position in 0..<count {
      guard scores[position] < .infinity else { throw OutputError.notFinite(output) }
      if scores[position] > best { (best, index) = (scores[position], position) }
    }
    return (best, index)
  }

  static func sigmoid(_ logit: Float) -> Float { 1 / (1 + exp(-logit)) }
}
