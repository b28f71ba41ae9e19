/// A classifier that computes again with another model what it is unsure of: an element of the batch whose best score
/// is not far enough above the second best. A cascade, as of Viola and Jones (2001), of two precisions.
///
/// Most answers that a quantised network gets wrong are those that were nearly undecided, so that few elements need be
/// computed twice to get nearly all of them right.
final class CascadeSession: EngineSession {
  private let quick: any EngineSession
  private let fallback: any EngineSession
  /// In standard deviations of the element's scores.
  private let margin: Float

  var inputs: [TensorDescription] { fallback.inputs }
  var outputs: [TensorDescription] { fallback.outputs }

  /// - Throws: `EngineError` if the models take or give different things, or anything but rows of scores.
  init(_ quick: any EngineSession, fallback: any EngineSession, margin: Float) throws(EngineError) {
    guard quick.inputs.map(\.description) == fallback.inputs.map(\.description) else {
      throw .wrongInputs(expected: "\(fallback.inputs)", found: "\(quick.inputs) in the quantised model")
    }
    guard quick.outputs.map(\.description) == fallback.outputs.map(\.description),
      fallback.outputs.count == 1,
      fallback.outputs[0].element == .float32
    else {
      throw .wrongOutputs(expected: "\(fallback.outputs)", found: "\(quick.outputs) in the quantised model")
    }
    self.quick = quick
    self.fallback = fallback
    self.margin = margin
  }

  func reserve() throws(EngineError) {
    try quick.reserve()
    try fallback.reserve()
  }

  func run(_ inputs: [Tensor]) throws(EngineError) -> [Tensor] {
    let results = try quick.run(inputs)
    guard let scores = results.first, let count = scores.shape.first else { return results }
    let unsure = (0..<count).filter { !Self.isDecided(scores.slot($0), margin) }
    guard !unsure.isEmpty else { return results }
    if unsure.count == count { return try fallback.run(inputs) }
    let again = try fallback.run(inputs.map { Tensor($0, elements: unsure) })
    if let again = again.first {
      for (index, element) in unsure.enumerated() {
        _ = scores.slot(element).update(fromContentsOf: again.slot(index))
      }
    }
    return results
  }

  /// Whether the best score is `margin` standard deviations above the second best. Never if one is not a number.
  static func isDecided(_ scores: UnsafeMutableBufferPointer<Float>, _ margin: Float) -> Bool {
    var (best, second) = (-Float.infinity, -Float.infinity)
    var (sum, squares) = (0.0, 0.0)
    for score in scores {
      if score > best { (best, second) = (score, best) } else if score > second { second = score }
      sum += Double(score)
      squares += Double(score) * Double(score)
    }
    let mean = sum / Double(scores.count)
    let variance = max(squares / Double(scores.count) - mean * mean, 0)
    return Double(best - second) > Double(margin) * variance.squareRoot()
  }
}

extension Tensor {
  /// Some elements of a batch.
  fileprivate convenience init(_ batch: Tensor, elements: [Int]) {
    self.init(batch.element, shape: [elements.count] + batch.shape.dropFirst())
    let size = batch.bytes.count / max(batch.shape.first ?? 1, 1)
    for (index, element) in elements.enumerated() {
      let source = UnsafeRawBufferPointer(rebasing: batch.bytes[(element * size)..<((element + 1) * size)])
      UnsafeMutableRawBufferPointer(rebasing: bytes[(index * size)..<((index + 1) * size)]).copyMemory(
        from: source)
    }
  }
}
