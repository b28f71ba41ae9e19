/// Scores of classes are certain where the best is far above the second best.
struct ScoreCertainty: OutputCertainty {
  /// The output's position among the network's.
  let output: Int

  func isCertain(_ outputs: NetworkOutputs, margin: Float) -> Bool {
    guard outputs.tensors.indices.contains(output), outputs.tensors[output].element == .float32 else {
      return false
    }
    return Self.isDecided(outputs.numbers(output), margin)
  }

  /// Whether the best score is `margin` standard deviations above the second best. Never with a NaN.
  static func isDecided(_ scores: UnsafeMutableBufferPointer<Float>, _ margin: Float) -> Bool {
    var (best, second) = (-Float.infinity, -Float.infinity)
    for score in scores {
      if score > best { (best, second) = (score, best) } else if score > second { second = score }
    }
    return Double(best - second) > Double(margin) * UnsafeBufferPointer(scores).deviation
  }
}
