/// What a network's outputs mean, so far as it shows how sure they are.
protocol OutputCertainty: Sendable {
  /// Whether a more precise network would hardly decide otherwise.
  ///
  /// - Parameter margin: how far from a decision scores must be, larger is more cautious; the units are the task's.
  func isCertain(_ outputs: NetworkOutputs, margin: Float) -> Bool
}
