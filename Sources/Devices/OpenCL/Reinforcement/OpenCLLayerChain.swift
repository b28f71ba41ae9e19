import Dataflow
import OpenCL
import Reinforcement

/// The layers of a `LayerChain` on an OpenCL device.
final class OpenCLLayerChain {
  private let layers: [OpenCLLayer]
  /// For each layer but the last, the loss's derivative by its sums.
  private let sumGradients: [DeviceMatrix]

  init(_ chain: LayerChain, _ parameters: OpenCLParameters, maximumBatch: Int) throws(DeviceError) {
    var (layers, sumGradients): ([OpenCLLayer], [DeviceMatrix]) = ([], [])
    for layer in chain.layers {
      layers.append(try OpenCLLayer(layer, parameters, maximumBatch: maximumBatch))
      sumGradients.append(
        try parameters.backend.makeMatrix(rows: maximumBatch, columns: layer.outputSize))
    }
    self.layers = layers
    self.sumGradients = Array(sumGradients.dropLast())
  }

  /// As `LayerChain.forward`.
  func forward(_ input: DeviceMatrix, rows: Int) throws(DeviceError) -> DeviceMatrix {
    var values = input
    for layer in layers { values = try layer.forward(values, rows: rows) }
    return values
  }

  /// As `LayerChain.backward`.
  func backward(
    _ outputGradient: DeviceMatrix, rows: Int, isBySums: Bool = false, setsGradients: Bool,
    inputGradient: DeviceMatrix?, inputActivation: Activation = .none, accumulating: Bool = false
  ) throws(DeviceError) {
    if !isBySums { try layers[layers.count - 1].multiplyByDerivative(outputGradient, rows: rows) }
    var gradient = outputGradient
    for index in stride(from: layers.count - 1, to: 0, by: -1) {
      let below = sumGradients[index - 1]
      try layers[index].backward(
        gradient, rows: rows, setsGradients: setsGradients, inputGradient: below,
        inputActivation: layers[index - 1].activation, accumulating: false)
      gradient = below
    }
    try layers[0].backward(
      gradient, rows: rows, setsGradients: setsGradients, inputGradient: inputGradient,
      inputActivation: inputActivation, accumulating: accumulating)
  }
}
