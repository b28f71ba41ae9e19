import Dataflow
import Kernels
import OpenCL
import Reinforcement

/// A dueling network on an OpenCL device; V and A are joined by the host, as they are a few numbers.
final class OpenCLDuelingNetwork: Network {
  private let network: DuelingNetwork
  private let backend: OpenCLBackend
  private let trunk: OpenCLLayerChain?
  private let value, advantage: OpenCLLayerChain
  private let input, inputGradient, trunkGradient, valueGradient, advantageGradient: DeviceMatrix
  private let values, advantages, outputs, inputGradients: Matrix

  /// Takes over the parameters, which the network shares with the host's from now on.
  init(_ network: DuelingNetwork, on backend: OpenCLBackend) throws(DeviceError) {
    self.network = network
    self.backend = backend
    let parameters = try OpenCLParameters(network.parameters, on: backend, hasGradients: true)
    let (batch, inputs, actions) = (network.maximumBatch, network.inputSize, network.outputSize)
    if let chain = network.trunk {
      trunk = try OpenCLLayerChain(chain, parameters, maximumBatch: batch)
    } else {
      trunk = nil
    }
    value = try OpenCLLayerChain(network.value, parameters, maximumBatch: batch)
    advantage = try OpenCLLayerChain(network.advantage, parameters, maximumBatch: batch)
    input = try backend.makeMatrix(rows: batch, columns: inputs)
    inputGradient = try backend.makeMatrix(rows: batch, columns: inputs)
    trunkGradient = try backend.makeMatrix(rows: batch, columns: network.value.layers[0].inputSize)
    valueGradient = try backend.makeMatrix(rows: batch, columns: 1)
    advantageGradient = try backend.makeMatrix(rows: batch, columns: actions)
    values = Matrix(rows: batch, columns: 1)
    advantages = Matrix(rows: batch, columns: actions)
    outputs = Matrix(rows: batch, columns: actions)
    inputGradients = Matrix(rows: batch, columns: inputs)
    network.parameters.mirror = parameters
  }

  var inputSize: Int { network.inputSize }
  var outputSize: Int { network.outputSize }
  var maximumBatch: Int { network.maximumBatch }
  var parameters: ParameterVector { network.parameters }
  var host: any Network { network }

  func forward(_ input: MatrixView) -> MatrixView {
    precondition(input.rows <= maximumBatch && input.columns == inputSize, "the input fits the network")
    let rows = input.rows
    backend.upload(input, to: self.input)
    backend.attempt { () throws(DeviceError) in
      let features = try trunk?.forward(self.input, rows: rows) ?? self.input
      let (values, advantages) = (
        try value.forward(features, rows: rows), try advantage.forward(features, rows: rows)
      )
      backend.download(values, into: self.values.view.prefix(rows))
      backend.download(advantages, into: self.advantages.view.prefix(rows))
    }
    backend.finish()
    let result = outputs.view.prefix(rows)
    DuelingNetwork.join(values.view.prefix(rows), advantages.view.prefix(rows), into: result)
    return result
  }

  func backward(_ outputGradient: MatrixView, setsGradients: Bool, inputGradient: MatrixView?) {
    let rows = outputGradient.rows
    let (byValue, byAdvantage) = (values.view.prefix(rows), advantages.view.prefix(rows))
    DuelingNetwork.split(outputGradient, values: byValue, advantages: byAdvantage)
    backend.upload(byValue, to: valueGradient)
    backend.upload(byAdvantage, to: advantageGradient)
    backend.attempt { () throws(DeviceError) in
      let wanted = inputGradient == nil ? nil : self.inputGradient
      let below = trunk == nil ? wanted : trunkGradient
      try value.backward(valueGradient, rows: rows, setsGradients: setsGradients, inputGradient: below)
      try advantage.backward(
        advantageGradient, rows: rows, setsGradients: setsGradients, inputGradient: below,
        inputActivation: trunk == nil ? .none : network.activation, accumulating: true)
      try trunk?.backward(
        trunkGradient, rows: rows, isBySums: true, setsGradients: setsGradients, inputGradient: wanted)
    }
    guard let inputGradient else { return }
    backend.bring(self.inputGradient, by: inputGradients, to: inputGradient)
  }

  func copy(maximumBatch: Int) -> any Network { backend.copy(network.copy(maximumBatch: maximumBatch)) }
}

extension DuelingNetwork: OpenCLPlaceable {
  public func placed(on backend: OpenCLBackend) throws -> any Network {
    try OpenCLDuelingNetwork(self, on: backend)
  }
}
