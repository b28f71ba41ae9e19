import Kernels

/// The policy whose action is the actor network's output.
final class DeterministicPolicy: Policy {
  let network: any Network

  init(_ network: any Network) { self.network = network }

  func act(_ observations: MatrixView, into actions: MatrixView) {
    network.parameters.fetch()
    let outputs = network.forward(observations)
    for row in 0..<outputs.rows {
      for column in 0..<outputs.columns { actions[row, column] = outputs[row, column] }
    }
  }

  func copy(maximumBatch: Int) -> any Policy { DeterministicPolicy(network.copy(maximumBatch: maximumBatch)) }
}
