import Kernels

/// A network with separate estimates of a state's value and each action's advantage (Wang et al., 2016): Q(s,
/// a) = V(s) + A(s, a) − mean of A(s, ·).
///
/// All hidden layers but the last are shared; V and A each have their own last hidden layer.
public final class DuelingNetwork: Network {
  public let inputSize: Int
  public let outputSize: Int
  public let maximumBatch: Int
  public let parameters: ParameterVector
  /// The shared layers; `nil` without any.
  public let trunk: LayerChain?
  public let value: LayerChain
  public let advantage: LayerChain
  private let hidden: [Int]
  private let activation: Activation
  private let outputs: Matrix
  private let valueGradient: Matrix
  private let advantageGradient: Matrix
  /// The loss's derivative by the trunk's last sums.
  private let trunkGradient: Matrix

  /// - Parameters:
  ///   - hidden: the width of each hidden layer, from the input on; V and A have equal widths; may be empty.
  ///   - random: draws PyTorch's default initialisation: trunk, V, A, each layer by layer.
  public convenience init(
    inputSize: Int, hidden: [Int], outputSize: Int, activation: Activation = .relu, maximumBatch: Int,
    using random: inout RandomStream
  ) {
    self.init(
      inputSize: inputSize, hidden: hidden, outputSize: outputSize, activation: activation,
      maximumBatch: maximumBatch)
    for layer in layers { layer.initialise(using: &random) }
  }

  /// All weights zero.
  init(inputSize: Int, hidden: [Int], outputSize: Int, activation: Activation, maximumBatch: Int) {
    let trunkSizes = [inputSize] + hidden.dropLast()
    let streamSizes = Array(trunkSizes.suffix(1) + hidden.suffix(1))
    let trunkCount = LayerChain.parameterCount(sizes: trunkSizes)
    let valueCount = LayerChain.parameterCount(sizes: streamSizes + [1])
    let advantageCount = LayerChain.parameterCount(sizes: streamSizes + [outputSize])
    let parameters = ParameterVector(count: trunkCount + valueCount + advantageCount)
    func chain(_ sizes: [Int], _ outputActivation: Activation, offset: Int) -> LayerChain {
      LayerChain(
        sizes: sizes, activation: activation, outputActivation: outputActivation, maximumBatch: maximumBatch,
        parameters: parameters, offset: offset)
    }
    self.inputSize = inputSize
    self.outputSize = outputSize
    self.maximumBatch = maximumBatch
    self.hidden = hidden
    self.activation = activation
    self.parameters = parameters
    trunk = trunkSizes.count > 1 ? chain(trunkSizes, activation, offset: 0) : nil
    value = chain(streamSizes + [1], .none, offset: trunkCount)
    advantage = chain(streamSizes + [outputSize], .none, offset: trunkCount + valueCount)
    outputs = Matrix(rows: maximumBatch, columns: outputSize)
    valueGradient = Matrix(rows: maximumBatch, columns: 1)
    advantageGradient = Matrix(rows: maximumBatch, columns: outputSize)
    trunkGradient = Matrix(rows: maximumBatch, columns: streamSizes[0])
  }

  /// The layers of the trunk, of V, of A.
  public var layers: [DenseLayer] { (trunk?.layers ?? []) + value.layers + advantage.layers }

  public func forward(_ input: MatrixView) -> MatrixView {
    precondition(input.rows <= maximumBatch && input.columns == inputSize, "the input fits the network")
    let features = trunk?.forward(input) ?? input
    let values = value.forward(features)
    let advantages = advantage.forward(features)
    let result = outputs.view.prefix(input.rows)
    Self.join(values, advantages, into: result)
    return result
  }

  /// Q(s, a) = V(s) + A(s, a) − mean of A(s, ·).
  package static func join(_ values: MatrixView, _ advantages: MatrixView, into outputs: MatrixView) {
    let actions = advantages.columns
    for row in 0..<outputs.rows {
      var sum: Float = 0
      for action in 0..<actions { sum += advantages[row, action] }
      let offset = values[row, 0] - sum / Float(actions)
      for action in 0..<actions { outputs[row, action] = advantages[row, action] + offset }
    }
  }

  /// Splits the loss's derivative by the outputs into those by V and by A.
  package static func split(_ outputGradient: MatrixView, values: MatrixView, advantages: MatrixView) {
    let actions = outputGradient.columns
    for row in 0..<outputGradient.rows {
      var sum: Float = 0
      for action in 0..<actions { sum += outputGradient[row, action] }
      values[row, 0] = sum
      let mean = sum / Float(actions)
      for action in 0..<actions { advantages[row, action] = outputGradient[row, action] - mean }
    }
  }

  public func backward(_ outputGradient: MatrixView, setsGradients: Bool, inputGradient: MatrixView?) {
    let rows = outputGradient.rows
    let byValue = valueGradient.view.prefix(rows)
    let byAdvantage = advantageGradient.view.prefix(rows)
    Self.split(outputGradient, values: byValue, advantages: byAdvantage)
    let below = trunk == nil ? inputGradient : trunkGradient.view.prefix(rows)
    value.backward(byValue, setsGradients: setsGradients, inputGradient: below)
    advantage.backward(
      byAdvantage, setsGradients: setsGradients, inputGradient: below,
      inputActivation: trunk == nil ? .none : activation, accumulating: true)
    if let trunk, let below {
      trunk.backward(below, isBySums: true, setsGradients: setsGradients, inputGradient: inputGradient)
    }
  }

  public func copy(maximumBatch: Int) -> any Network {
    let copy = DuelingNetwork(
      inputSize: inputSize, hidden: hidden, outputSize: outputSize, activation: activation,
      maximumBatch: maximumBatch)
    copy.parameters.copyValues(from: parameters)
    return copy
  }
}
