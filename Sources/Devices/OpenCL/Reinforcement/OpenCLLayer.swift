import Dataflow
import Kernels
import OpenCL
import Reinforcement

/// A dense layer on an OpenCL device, with the parameters of a `DenseLayer`.
final class OpenCLLayer {
  let activation: Activation
  let outputs: DeviceMatrix
  private let inputSize, outputSize: Int
  private let isNarrow: Bool
  private let parameters: OpenCLParameters
  /// The offset of W among the parameters, its row stride, and the offset of b.
  private let weights, weightRow, bias: Int
  private var input: DeviceMatrix?

  init(_ layer: DenseLayer, _ parameters: OpenCLParameters, maximumBatch: Int) throws(DeviceError) {
    activation = layer.activation
    inputSize = layer.inputSize
    outputSize = layer.outputSize
    isNarrow = layer.isNarrow
    self.parameters = parameters
    weights = layer.offset
    weightRow = layer.weightView.stride
    bias = layer.offset + layer.weightView.rows * layer.weightView.stride
    outputs = try parameters.backend.makeMatrix(rows: maximumBatch, columns: layer.outputSize)
  }

  private var backend: OpenCLBackend { parameters.backend }

  private func weights(of buffer: OpenCLBuffer) -> NetworkKernels.Operand {
    .init(buffer: buffer, start: weights, row: weightRow)
  }

  func forward(_ input: DeviceMatrix, rows: Int) throws(DeviceError) -> DeviceMatrix {
    self.input = input
    let (queue, kernels) = (backend.queue, backend.kernels)
    if isNarrow {
      try kernels.narrow(
        queue, rows: rows, columns: outputSize, depth: inputSize, input.operand,
        weights(of: parameters.values), bias: bias, into: outputs.operand, .init(activation))
    } else {
      try kernels.product(
        queue, rows: rows, columns: outputSize, depth: inputSize, input.operand,
        weights(of: parameters.values), bias: bias, into: outputs.operand, .init(activation))
    }
    return outputs
  }

  /// As `DenseLayer.multiplyByDerivative`.
  func multiplyByDerivative(_ outputGradient: DeviceMatrix, rows: Int) throws(DeviceError) {
    guard activation != .none else { return }
    try backend.kernels.apply(
      backend.queue, .init(derivativeOf: activation, at: outputs), to: outputGradient, rows: rows)
  }

  /// As `DenseLayer.backward`.
  func backward(
    _ sumGradient: DeviceMatrix, rows: Int, setsGradients: Bool, inputGradient: DeviceMatrix?,
    inputActivation: Activation, accumulating: Bool
  ) throws(DeviceError) {
    guard let input else { preconditionFailure("backward without forward") }
    let (queue, kernels) = (backend.queue, backend.kernels)
    if setsGradients, let gradients = parameters.gradients {
      // In W's layout: [inputs, outputs] or, if narrow, [outputs, inputs].
      let (left, right) = isNarrow ? (sumGradient, input) : (input, sumGradient)
      try kernels.product(
        queue, rows: left.columns, columns: right.columns, depth: rows,
        .init(buffer: left.buffer, row: 1, step: left.stride), right.operand, into: weights(of: gradients))
      try kernels.columnSums(
        queue, rows: rows, columns: outputSize, sumGradient.operand, into: gradients, at: bias)
    }
    guard let inputGradient else { return }
    let finish = NetworkKernels.Finish(derivativeOf: inputActivation, at: input)
    if isNarrow {
      try kernels.product(
        queue, rows: rows, columns: inputSize, depth: outputSize, sumGradient.operand,
        weights(of: parameters.values), into: inputGradient.operand, accumulating: accumulating, finish)
    } else {
      try kernels.back(
        queue, rows: rows, columns: inputSize, depth: outputSize, sumGradient.operand,
        weights(of: parameters.values), into: inputGradient.operand, accumulating: accumulating, finish)
    }
  }
}

extension DeviceMatrix {
  fileprivate var operand: NetworkKernels.Operand { .init(buffer: buffer, row: stride) }
}
