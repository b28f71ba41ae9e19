import Kernels

/// A multilayer perceptron: dense layers with one activation, and another for the last.
public final class MLP: Network {
  public let inputSize: Int
  public let outputSize: Int
  public let maximumBatch: Int
  public let parameters: ParameterVector
  private let hidden: [Int]
  private let activation: Activation
  private let outputActivation: Activation
  package let chain: LayerChain

  /// - Parameters:
  ///   - hidden: the width of each hidden layer, from the input on; may be empty.
  ///   - random: draws PyTorch's default initialisation, layer by layer.
  public convenience init(
    inputSize: Int, hidden: [Int], outputSize: Int, activation: Activation = .relu,
    outputActivation: Activation = .none, maximumBatch: Int, using random: inout RandomStream
  ) {
    self.init(
      inputSize: inputSize, hidden: hidden, outputSize: outputSize, activation: activation,
      outputActivation: outputActivation, maximumBatch: maximumBatch)
    for layer in layers { layer.initialise(using: &random) }
  }

  /// All weights zero.
  init(
    inputSize: Int, hidden: [Int], outputSize: Int, activation: Activation, outputActivation: Activation,
    maximumBatch: Int
  ) {
    let sizes = [inputSize] + hidden + [outputSize]
    self.inputSize = inputSize
    self.outputSize = outputSize
    self.maximumBatch = maximumBatch
    self.hidden = hidden
    self.activation = activation
    self.outputActivation = outputActivation
    parameters = ParameterVector(count: LayerChain.parameterCount(sizes: sizes))
    chain = LayerChain(
      sizes: sizes, activation: activation, outputActivation: outputActivation, maximumBatch: maximumBatch,
      parameters: parameters, offset: 0)
  }

  /// The layers from the input on.
  public var layers: [DenseLayer] { chain.layers }

  public func forward(_ input: MatrixView) -> MatrixView {
    precondition(input.rows <= maximumBatch && input.columns == inputSize, "the input fits the network")
    return chain.forward(input)
  }

  public func backward(_ outputGradient: MatrixView, setsGradients: Bool, inputGradient: MatrixView?) {
    chain.backward(outputGradient, setsGradients: setsGradients, inputGradient: inputGradient)
  }

  public func copy(maximumBatch: Int) -> any Network {
    let copy = MLP(
      inputSize: inputSize, hidden: hidden, outputSize: outputSize, activation: activation,
      outputActivation: outputActivation, maximumBatch: maximumBatch)
    copy.parameters.copyValues(from: parameters)
    return copy
  }
}
