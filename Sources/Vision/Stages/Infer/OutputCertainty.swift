/// What a network's outputs mean, so far as it shows how sure they are.
protocol OutputCertainty: Sendable {
  /// Whether a more precise network would hardly decide otherwise.
  ///
  /// - Parameter margin: how far from a decision scores must be, larger is more cautious; the units are the task's.
  func isCertain(_ outputs: NetworkOutputs, margin: Float) -> Bool
}

extension UnsafeBufferPointer<Float> {
  /// The standard deviation of the numbers; NaN with a NaN among them.
  var deviation: Double {
    var (sum, squares) = (0.0, 0.0)
    for number in self {
      sum += Double(number)
      squares += Double(number) * Double(number)
    }
    let mean = sum / Double(count)
    return Swift.max(squares / Double(count) - mean * mean, 0).squareRoot()
  }
}
