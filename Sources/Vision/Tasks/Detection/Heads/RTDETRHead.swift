/// Hugging Face's RT-DETR and D-FINE: `logits [queries, classes]`, each with a sigmoid of its own, and `pred_boxes`. As many of
/// all queries' classes count as there are queries, so that a query may give several objects.
struct RTDETRHead: DetectionHead {
  static let name = "rt-detr"

  private let queries: QueryOutputs
  var classes: Int? { queries.columns }
  var needsSuppression: Bool { false }

  init?(_ network: HeadNetwork) {
    guard let queries = QueryOutputs(network), network.hasClasses(queries.columns) else { return nil }
    self.queries = queries
  }

  func candidates(_ outputs: NetworkOutputs, above threshold: Float) throws -> Candidates {
    let (empty, logits, count, box) = try queries.read(outputs)
    guard let logits else { return empty }
    var all = empty
    for position in 0..<count * queries.columns {
      let score = Scores.sigmoid(logits[position])
      guard score > threshold else { continue }
      let query = position / queries.columns
      try all.append(box(query), score: score, of: position % queries.columns, from: query)
    }
    guard all.count > count else { return all }
    var best = empty
    for position in all.order.prefix(count) {
      try best.append(
        all.boxes[position], score: all.scores[position], of: Int(all.classes[position]),
        from: Int(all.sources[position]))
    }
    return best
  }
}
