extension LayerChain {
  /// Writes the layers, the first of which reads `input`.
  ///
  /// - Returns: the last layer's output.
  func export(to graph: inout ONNXGraph, input: String) -> String {
    layers.reduce(input) { value, layer in
      graph.dense(value, weights: layer.weights, bias: layer.biases, activation: layer.activation)
    }
  }
}
