import Foundation

/// Hugging Face's DETR and YOLOS: `logits [queries, classes + 1]`, of which the last is no object, and `pred_boxes`.
struct DETRHead: DetectionHead {
  static let name = "detr"

  private let queries: QueryOutputs
  var classes: Int? { queries.columns - 1 }
  var needsSuppression: Bool { false }

  init?(_ network: HeadNetwork) {
    guard let queries = QueryOutputs(network), network.hasClasses(queries.columns - 1) else { return nil }
    self.queries = queries
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    var (candidates, logits, count, box) = try queries.read(outputs)
    guard let logits else { return candidates }
    for query in 0..<count {
      let row = UnsafeBufferPointer(start: logits + query * queries.columns, count: queries.columns)
      let most = row.reduce(-.infinity, max)
      guard most > -.infinity else { continue }
      var (best, index) = (-Float.infinity, 0)
      for (position, logit) in row.dropLast().enumerated() where logit > best {
        (best, index) = (logit, position)
      }
      // Subtracting the maximum keeps exp from overflowing.
      let score = exp(best - most) / row.reduce(0) { $0 + exp($1 - most) }
      guard score > threshold else { continue }
      try candidates.append(box(query), score: score, of: index, from: query)
    }
    return candidates
  }
}
