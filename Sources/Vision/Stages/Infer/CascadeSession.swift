/// A classifier that computes uncertain elements of a batch again with another model: those whose best score
/// is not far enough above the second best. A cascade, as of Viola and Jones (2001), of two precisions.
///
/// Most errors of a quantised network are nearly undecided, so few elements are computed twice to correct
/// nearly all of them.
final class CascadeSession: EngineSession {
  private let quick: any EngineSession
  private let fallback: any EngineSession
  /// In standard deviations of the element's scores.
  private let margin: Float

  var inputs: [TensorDescription] { fallback.inputs }
  var outputs: [TensorDescription] { fallback.outputs }
  var limits: TensorLimits { fallback.limits }
  /// Whether rows of inputs and scores correspond, so that some can be computed again without the others.
  private let isByRow: Bool

  /// - Throws: `EngineError` if the models' inputs or outputs differ, or are anything but rows of scores.
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
    isByRow = (fallback.inputs + fallback.outputs).batchSymbol != nil
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
    guard let scores = results.first, let count = scores.shape.first, scores.element == .float32,
      isByRow, inputs.allSatisfy({ $0.shape.first == count })
    else { return try fallback.run(inputs) }
    let unsure = (0..<count).filter { !Self.isDecided(scores.slot($0), margin) }
    guard !unsure.isEmpty else { return results }
    if unsure.count == count { return try fallback.run(inputs) }
    var some: [Tensor] = []
    for input in inputs { some.append(try Tensor(input, elements: unsure)) }
    guard let again = try fallback.run(some).first, again.element == .float32,
      again.shape == [unsure.count] + scores.shape.dropFirst()
    else { return try fallback.run(inputs) }
    for (index, element) in unsure.enumerated() {
      _ = scores.slot(element).update(fromContentsOf: again.slot(index))
    }
    return withExtendedLifetime((scores, again)) { results }
  }

  /// Whether the best score is `margin` standard deviations above the second best. Never with a NaN.
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
