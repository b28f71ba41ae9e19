import Dataflow
import Kernels
import OpenCL
import Reinforcement

/// A multilayer perceptron on an OpenCL device.
final class OpenCLMLP: Network {
  private let mlp: MLP
  private let backend: OpenCLBackend
  private let chain: OpenCLLayerChain
  private let input, outputGradient, inputGradient: DeviceMatrix
  private let outputs, inputGradients: Matrix

  /// Takes over the parameters, which the network shares with the host's from now on.
  init(_ mlp: MLP, on backend: OpenCLBackend) throws(DeviceError) {
    self.mlp = mlp
    self.backend = backend
    let parameters = try OpenCLParameters(mlp.parameters, on: backend, hasGradients: true)
    let batch = mlp.maximumBatch
    chain = try OpenCLLayerChain(mlp.chain, parameters, maximumBatch: batch)
    input = try backend.makeMatrix(rows: batch, columns: mlp.inputSize)
    outputGradient = try backend.makeMatrix(rows: batch, columns: mlp.outputSize)
    inputGradient = try backend.makeMatrix(rows: batch, columns: mlp.inputSize)
    outputs = Matrix(rows: batch, columns: mlp.outputSize)
    inputGradients = Matrix(rows: batch, columns: mlp.inputSize)
    mlp.parameters.mirror = parameters
  }

  var inputSize: Int { mlp.inputSize }
  var outputSize: Int { mlp.outputSize }
  var maximumBatch: Int { mlp.maximumBatch }
  var parameters: ParameterVector { mlp.parameters }
  var host: any Network { mlp }

  func forward(_ input: MatrixView) -> MatrixView {
    precondition(input.rows <= maximumBatch && input.columns == inputSize, "the input fits the network")
    backend.upload(input, to: self.input)
    let result = outputs.view.prefix(input.rows)
    backend.attempt { () throws(DeviceError) in
      let outputs = try chain.forward(self.input, rows: input.rows)
      backend.download(outputs, into: result)
    }
    backend.finish()
    return result
  }

  func backward(_ outputGradient: MatrixView, setsGradients: Bool, inputGradient: MatrixView?) {
    backend.upload(outputGradient, to: self.outputGradient)
    backend.attempt { () throws(DeviceError) in
      try chain.backward(
        self.outputGradient, rows: outputGradient.rows, setsGradients: setsGradients,
        inputGradient: inputGradient == nil ? nil : self.inputGradient)
    }
    guard let inputGradient else { return }
    backend.bring(self.inputGradient, by: inputGradients, to: inputGradient)
  }

  func copy(maximumBatch: Int) -> any Network { backend.copy(mlp.copy(maximumBatch: maximumBatch)) }
}

extension MLP: OpenCLPlaceable {
  public func placed(on backend: OpenCLBackend) throws -> any Network { try OpenCLMLP(self, on: backend) }
}

extension OpenCLBackend {
  /// Copies rows from the device and waits for them.
  ///
  /// - Parameter memory: of as many columns, for the way.
  func bring(_ matrix: DeviceMatrix, by memory: Matrix, to view: MatrixView) {
    let rows = memory.view.prefix(view.rows)
    download(matrix, into: rows)
    finish()
    for row in 0..<view.rows { view.copyRow(row, from: rows, row: row) }
  }
}
