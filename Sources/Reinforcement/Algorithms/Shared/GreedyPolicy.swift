import Kernels

/// The policy with the action of highest value.
final class GreedyPolicy: Policy {
  let network: any Network

  init(_ network: any Network) { self.network = network }

  func act(_ observations: MatrixView, into actions: MatrixView) {
    network.parameters.fetch()
    let values = network.forward(observations)
    for row in 0..<values.rows { actions[row, 0] = Float(values.row(row).indexOfMaximum) }
  }

  func copy(maximumBatch: Int) -> any Policy { GreedyPolicy(network.copy(maximumBatch: maximumBatch)) }
}

extension UnsafeMutableBufferPointer<Float> {
  /// The position of the first maximum; 0 if no element is a number.
  var indexOfMaximum: Int {
    var best = 0
    for index in indices.dropFirst() where self[index] > self[best] { best = index }
    return best
  }
}
