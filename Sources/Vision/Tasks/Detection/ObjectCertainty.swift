/// Objects are certain where no score is near the threshold.
struct ObjectCertainty: OutputCertainty {
  let head: any DetectionHead
  let settings: DetectSettings

  /// - Parameter margin: of a score.
  func isCertain(_ outputs: NetworkOutputs, margin: Float) -> Bool {
    var wide = settings
    wide.score = max(settings.score - margin, 0)
    guard let candidates = try? head.candidates(outputs, above: wide.score) else { return false }
    return wide.kept(of: candidates, head).allSatisfy { candidates.scores[$0] > settings.score + margin }
  }
}
