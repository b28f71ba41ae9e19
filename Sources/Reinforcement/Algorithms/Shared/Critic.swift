import Kernels

/// A critic of actions: a network (observation, action) → value with its target and optimiser.
final class Critic {
  let network: TargetedNetwork
  private let gradient: Matrix

  init(_ network: TargetedNetwork) {
    self.network = network
    gradient = Matrix(rows: network.online.maximumBatch, columns: 1)
  }

  /// Moves the values one step towards the targets.
  ///
  /// - Parameters:
  ///   - input: `[n, observation size + action size]`.
  ///   - targets: n numbers.
  /// - Returns: the mean squared error before the step.
  func fit(_ input: MatrixView, to targets: UnsafePointer<Float>) -> Float {
    let values = network.online.forward(input)
    let gradient = gradient.view.prefix(input.rows)
    var sum: Float = 0
    for row in 0..<input.rows {
      let error = values[row, 0] - targets[row]
      sum += error * error
      gradient[row, 0] = 2 * error / Float(input.rows)
    }
    network.step(gradient)
    return sum / Float(input.rows)
  }

  /// The derivative of −(mean value) by the input; the parameters' gradients stay unchanged.
  ///
  /// - Returns: the mean value.
  func ascent(at input: MatrixView, into inputGradient: MatrixView) -> Float {
    let values = network.online.forward(input)
    let gradient = gradient.view.prefix(input.rows)
    var sum: Float = 0
    for row in 0..<input.rows {
      sum += values[row, 0]
      gradient[row, 0] = -1 / Float(input.rows)
    }
    network.online.backward(gradient, setsGradients: false, inputGradient: inputGradient)
    return sum / Float(input.rows)
  }
}
