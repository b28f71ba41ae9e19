import Dataflow
import Kernels
import OpenCL
import Reinforcement

/// A network of dense layers on an OpenCL device: heads on a trunk, or on the input.
///
/// One head has the outputs. Two are V and A of a dueling network; the host joins them, as they are a few
/// numbers.
final class OpenCLNetwork: Network {
  let host: any Network
  private let backend: OpenCLBackend
  private let trunk: OpenCLLayerChain?
  private let heads: [Head]
  private let input, inputGradient: DeviceMatrix
  /// The loss's derivative by the trunk's last sums, if there is a trunk.
  private let trunkGradient: DeviceMatrix
  private let trunkActivation: Activation
  private let outputs, inputGradients: Matrix

  /// A chain, the loss's derivative by its outputs, and host memory for the transfer of either.
  private struct Head {
    let chain: OpenCLLayerChain
    let gradient: DeviceMatrix
    let outputs: Matrix
  }

  /// Takes over the parameters, shared with the host's network from now on.
  ///
  /// - Parameter heads: one, or V and A.
  fileprivate init(
    _ host: any Network, trunk: LayerChain?, heads: [LayerChain], on backend: OpenCLBackend
  ) throws(DeviceError) {
    self.host = host
    self.backend = backend
    let parameters = try OpenCLParameters(host.parameters, on: backend, hasGradients: true)
    let batch = host.maximumBatch
    if let trunk {
      self.trunk = try OpenCLLayerChain(trunk, parameters, maximumBatch: batch)
    } else {
      self.trunk = nil
    }
    var ownHeads: [Head] = []
    for chain in heads {
      let size = chain.layers[chain.layers.count - 1].outputSize
      ownHeads.append(
        Head(
          chain: try OpenCLLayerChain(chain, parameters, maximumBatch: batch),
          gradient: try backend.makeMatrix(rows: batch, columns: size),
          outputs: Matrix(rows: batch, columns: size)))
    }
    self.heads = ownHeads
    trunkActivation = trunk?.layers.last?.activation ?? .none
    input = try backend.makeMatrix(rows: batch, columns: host.inputSize)
    inputGradient = try backend.makeMatrix(rows: batch, columns: host.inputSize)
    trunkGradient = try backend.makeMatrix(rows: batch, columns: heads[0].layers[0].inputSize)
    outputs = Matrix(rows: batch, columns: host.outputSize)
    inputGradients = Matrix(rows: batch, columns: host.inputSize)
    host.parameters.mirror = parameters
  }

  var inputSize: Int { host.inputSize }
  var outputSize: Int { host.outputSize }
  var maximumBatch: Int { host.maximumBatch }
  var parameters: ParameterVector { host.parameters }

  func forward(_ input: MatrixView) -> MatrixView {
    precondition(input.rows <= maximumBatch && input.columns == inputSize, "the input fits the network")
    let rows = input.rows
    backend.upload(input, to: self.input)
    backend.attempt { () throws(DeviceError) in
      let features = try trunk?.forward(self.input, rows: rows) ?? self.input
      for head in heads {
        backend.download(try head.chain.forward(features, rows: rows), into: head.outputs.view.prefix(rows))
      }
    }
    backend.finish()
    let first = heads[0].outputs.view.prefix(rows)
    guard heads.count == 2 else { return first }
    let result = outputs.view.prefix(rows)
    DuelingNetwork.join(first, heads[1].outputs.view.prefix(rows), into: result)
    return result
  }

  func backward(_ outputGradient: MatrixView, setsGradients: Bool, inputGradient: MatrixView?) {
    let rows = outputGradient.rows
    if heads.count == 2 {
      let (values, advantages) = (heads[0].outputs.view.prefix(rows), heads[1].outputs.view.prefix(rows))
      DuelingNetwork.split(outputGradient, values: values, advantages: advantages)
      backend.upload(values, to: heads[0].gradient)
      backend.upload(advantages, to: heads[1].gradient)
    } else {
      backend.upload(outputGradient, to: heads[0].gradient)
    }
    backend.attempt { () throws(DeviceError) in
      let wanted = inputGradient == nil ? nil : self.inputGradient
      let below = trunk == nil ? wanted : trunkGradient
      for (index, head) in heads.enumerated() {
        // The last head turns the accumulated derivative into that by the trunk's sums.
        try head.chain.backward(
          head.gradient, rows: rows, setsGradients: setsGradients, inputGradient: below,
          inputActivation: index == heads.count - 1 ? trunkActivation : .none, accumulating: index > 0)
      }
      try trunk?.backward(
        trunkGradient, rows: rows, isBySums: true, setsGradients: setsGradients, inputGradient: wanted)
    }
    guard let inputGradient else { return }
    let brought = inputGradients.view.prefix(rows)
    backend.download(self.inputGradient, into: brought)
    backend.finish()
    for row in 0..<rows { inputGradient.copyRow(row, from: brought, row: row) }
  }

  func copy(maximumBatch: Int) -> any Network { backend.copy(host.copy(maximumBatch: maximumBatch)) }
}

extension MLP: OpenCLPlaceable {
  public func placed(on backend: OpenCLBackend) throws -> any Network {
    try OpenCLNetwork(self, trunk: nil, heads: [chain], on: backend)
  }
}

extension DuelingNetwork: OpenCLPlaceable {
  public func placed(on backend: OpenCLBackend) throws -> any Network {
    try OpenCLNetwork(self, trunk: trunk, heads: [value, advantage], on: backend)
  }
}
