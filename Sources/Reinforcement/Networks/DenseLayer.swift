import Kernels

/// A fully connected layer: outputs = activation(input · W + b), on a range of a network's parameters.
///
/// W is stored as `[inputSize, outputSize]`; with few outputs as `[outputSize, inputSize]`, because it would
/// otherwise be mostly padding. Rows are padded as in `Matrix`; b follows as one more row. Used by one thread
/// at a time; nothing allocates after `init`.
public final class DenseLayer {
  public let inputSize: Int
  public let outputSize: Int
  public let activation: Activation

  /// Whether W is stored as `[outputSize, inputSize]`.
  package let isNarrow: Bool
  package let weightView: MatrixView
  let bias: UnsafeMutablePointer<Float>
  private let weightGradients: MatrixView
  private let biasGradients: UnsafeMutablePointer<Float>
  private let outputs: Matrix
  /// `[outputSize, inputSize]`, made anew by each backward pass that needs it; `nil` if W has that layout.
  private let transposedWeights: Matrix?
  private var input: MatrixView?
  private let kernel = MatrixKernel.fastest
  /// Retains the memory of the views.
  let parameters: ParameterVector
  /// The offset of W, then b, among the parameters.
  package let offset: Int

  /// The weights are those in `parameters`.
  ///
  /// - Parameter offset: the start of the layer's `parameterCount` floats, a multiple of `Matrix.padding`.
  public init(
    inputSize: Int, outputSize: Int, activation: Activation, maximumBatch: Int, parameters: ParameterVector,
    offset: Int
  ) {
    let shape = Self.shape(inputSize: inputSize, outputSize: outputSize)
    precondition(
      offset.isMultiple(of: Matrix.padding)
        && offset + Self.parameterCount(inputSize: inputSize, outputSize: outputSize) <= parameters.count,
      "a layer lies within its network's parameters")
    self.inputSize = inputSize
    self.outputSize = outputSize
    self.activation = activation
    self.parameters = parameters
    self.offset = offset
    isNarrow = shape.isNarrow
    func view(_ vector: UnsafeMutablePointer<Float>) -> MatrixView {
      MatrixView(vector + offset, rows: shape.rows, columns: shape.columns, stride: shape.stride)
    }
    weightView = view(parameters.values)
    weightGradients = view(parameters.gradients)
    bias = parameters.values + offset + shape.rows * shape.stride
    biasGradients = parameters.gradients + offset + shape.rows * shape.stride
    outputs = Matrix(rows: maximumBatch, columns: outputSize)
    transposedWeights = shape.isNarrow ? nil : Matrix(rows: outputSize, columns: inputSize)
  }

  /// A layer's floats among its network's parameters, a multiple of `Matrix.padding`.
  public static func parameterCount(inputSize: Int, outputSize: Int) -> Int {
    let shape = shape(inputSize: inputSize, outputSize: outputSize)
    return shape.rows * shape.stride + Matrix.stride(columns: outputSize)
  }

  /// The layout of W.
  private static func shape(inputSize: Int, outputSize: Int) -> (
    isNarrow: Bool, rows: Int, columns: Int, stride: Int
  ) {
    outputSize <= MatrixKernel.narrowColumns
      ? (true, outputSize, inputSize, Matrix.stride(columns: inputSize))
      : (false, inputSize, outputSize, Matrix.stride(columns: outputSize))
  }

  /// The outputs, `[input.rows, outputSize]`; valid until the next call.
  public func forward(_ input: MatrixView) -> MatrixView {
    let result = outputs.view.prefix(input.rows)
    if isNarrow {
      kernel.multiply(input, byTransposed: weightView, bias: bias, finish: activation.finish, into: result)
    } else {
      kernel.multiply(input, by: weightView, bias: bias, finish: activation.finish, into: result)
    }
    self.input = input
    return result
  }

  /// Turns the loss's derivative by the latest outputs into that by the sums before the activation.
  public func multiplyByDerivative(_ outputGradient: MatrixView) {
    let outputs = outputs.view.prefix(outputGradient.rows)
    switch activation {
    case .none: break
    case .relu: kernel.multiplyByReLUDerivative(outputGradient, outputs: outputs)
    case .tanh: kernel.multiplyByTanhDerivative(outputGradient, outputs: outputs)
    }
  }

  /// Backpropagates through the latest `forward`, whose input must be unchanged.
  ///
  /// - Parameters:
  ///   - sumGradient: the loss's derivative by the sums, before the activation: `[rows, outputSize]`.
  ///   - setsGradients: whether the gradients of this layer's parameters are set.
  ///   - inputGradient: receives the loss's derivative by the inputs, `[rows, inputSize]`; `nil`: not
  ///     computed.
  ///   - inputActivation: the activation behind the input; `inputGradient` is multiplied by its derivative,
  ///     so that it is the `sumGradient` of the layer below.
  ///   - accumulating: whether to add to `inputGradient`, before that multiplication.
  public func backward(
    sumGradient: MatrixView, setsGradients: Bool, inputGradient: MatrixView?,
    inputActivation: Activation = .none, accumulating: Bool = false
  ) {
    guard let input else { preconditionFailure("backward without forward") }
    if setsGradients {
      if isNarrow {
        kernel.multiply(sumGradient, transposed: true, by: input, into: weightGradients)
      } else {
        kernel.multiply(input, transposed: true, by: sumGradient, into: weightGradients)
      }
      kernel.columnSums(of: sumGradient, into: biasGradients)
    }
    if let inputGradient {
      if let transposedWeights { kernel.transpose(weightView, into: transposedWeights.view) }
      kernel.multiply(
        sumGradient, by: transposedWeights?.view ?? weightView, accumulating: accumulating,
        finish: inputActivation.gradient(outputs: input), into: inputGradient)
    }
  }
}
