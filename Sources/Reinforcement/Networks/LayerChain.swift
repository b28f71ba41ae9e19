import Kernels

/// Consecutive dense layers.
///
/// Used by one thread at a time; nothing allocates after `init`.
public final class LayerChain {
  public let layers: [DenseLayer]
  /// For each layer but the last, the loss's derivative by its sums.
  private let sumGradients: [Matrix]

  /// Makes layers on the `parameterCount` floats of `parameters` from `offset` on. The last has
  /// `outputActivation`, the others `activation`.
  ///
  /// - Parameter sizes: of the input, then of each layer's output; at least one layer.
  public init(
    sizes: [Int], activation: Activation, outputActivation: Activation, maximumBatch: Int,
    parameters: ParameterVector, offset: Int
  ) {
    precondition(sizes.count >= 2 && sizes.allSatisfy { $0 > 0 }, "a chain has an input and a layer")
    var layers: [DenseLayer] = []
    var offset = offset
    for (inputSize, outputSize) in zip(sizes, sizes.dropFirst()) {
      layers.append(
        DenseLayer(
          inputSize: inputSize, outputSize: outputSize,
          activation: layers.count == sizes.count - 2 ? outputActivation : activation,
          maximumBatch: maximumBatch, parameters: parameters, offset: offset))
      offset += DenseLayer.parameterCount(inputSize: inputSize, outputSize: outputSize)
    }
    self.layers = layers
    sumGradients = layers.dropLast().map { Matrix(rows: maximumBatch, columns: $0.outputSize) }
  }

  /// The chain's floats among its network's parameters.
  public static func parameterCount(sizes: [Int]) -> Int {
    zip(sizes, sizes.dropFirst()).reduce(0) {
      $0 + DenseLayer.parameterCount(inputSize: $1.0, outputSize: $1.1)
    }
  }

  /// The outputs of the last layer; valid until the next call.
  public func forward(_ input: MatrixView) -> MatrixView {
    var values = input
    for layer in layers { values = layer.forward(values) }
    return values
  }

  /// Backpropagates through the latest `forward`, whose input must be unchanged.
  ///
  /// - Parameters:
  ///   - outputGradient: the loss's derivative by the outputs; overwritten if the last layer has an
  ///     activation.
  ///   - isBySums: whether the derivative already is that by the last layer's sums.
  ///   - inputGradient, inputActivation, accumulating: as for `DenseLayer.backward`.
  public func backward(
    _ outputGradient: MatrixView, isBySums: Bool = false, setsGradients: Bool, inputGradient: MatrixView?,
    inputActivation: Activation = .none, accumulating: Bool = false
  ) {
    if !isBySums { layers[layers.count - 1].multiplyByDerivative(outputGradient) }
    var gradient = outputGradient
    for index in stride(from: layers.count - 1, to: 0, by: -1) {
      let below = sumGradients[index - 1].view.prefix(gradient.rows)
      layers[index].backward(
        sumGradient: gradient, setsGradients: setsGradients, inputGradient: below,
        inputActivation: layers[index - 1].activation)
      gradient = below
    }
    layers[0].backward(
      sumGradient: gradient, setsGradients: setsGradients, inputGradient: inputGradient,
      inputActivation: inputActivation, accumulating: accumulating)
  }
}
