/// Dueling networks, for values of discrete actions.
public struct DuelingArchitecture: NetworkArchitecture, Codable, Hashable {
  /// Outputs of each hidden layer, from the input on; the last one is there for the value and for the advantages.
  public var hidden: [Int]
  /// Of the hidden layers.
  public var activation: Activation

  public init(hidden: [Int], activation: Activation = .relu) {
    self.hidden = hidden
    self.activation = activation
  }

  /// - Parameter outputActivation: must be `none`: the outputs are values.
  public func makeNetwork(
    inputSize: Int, outputSize: Int, outputActivation: Activation, maximumBatch: Int,
    using random: inout RandomStream
  ) -> any Network {
    precondition(outputActivation == .none, "a dueling network gives values")
    return DuelingNetwork(
      inputSize: inputSize, hidden: hidden, outputSize: outputSize, activation: activation,
      maximumBatch: maximumBatch, using: &random)
  }
}
