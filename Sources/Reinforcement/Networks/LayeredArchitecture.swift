/// Networks of dense layers: multilayer perceptrons, or dueling networks for values of discrete actions.
public struct LayeredArchitecture: NetworkArchitecture {
  /// The width of each hidden layer, from the input on.
  public var hidden: [Int]
  /// The activation of the hidden layers.
  public var activation: Activation
  /// Whether value and advantages have separate last hidden layers: see `DuelingNetwork`.
  public var isDueling: Bool

  public init(hidden: [Int], activation: Activation = .relu, isDueling: Bool = false) {
    self.hidden = hidden
    self.activation = activation
    self.isDueling = isDueling
  }

  /// - Parameter outputActivation: must be `none` for dueling networks: their outputs are values.
  public func makeNetwork(
    inputSize: Int, outputSize: Int, outputActivation: Activation, maximumBatch: Int,
    using random: inout RandomStream
  ) -> any Network {
    guard isDueling else {
      return MLP(
        inputSize: inputSize, hidden: hidden, outputSize: outputSize, activation: activation,
        outputActivation: outputActivation, maximumBatch: maximumBatch, using: &random)
    }
    precondition(outputActivation == .none, "a dueling network gives values")
    return DuelingNetwork(
      inputSize: inputSize, hidden: hidden, outputSize: outputSize, activation: activation,
      maximumBatch: maximumBatch, using: &random)
  }
}
