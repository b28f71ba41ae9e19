/// Multilayer perceptrons.
public struct MLPArchitecture: NetworkArchitecture, Codable, Hashable {
  /// Outputs of each hidden layer, from the input on.
  public var hidden: [Int]
  /// Of the hidden layers.
  public var activation: Activation

  public init(hidden: [Int], activation: Activation = .relu) {
    self.hidden = hidden
    self.activation = activation
  }

  public func makeNetwork(
    inputSize: Int, outputSize: Int, outputActivation: Activation, maximumBatch: Int,
    using random: inout RandomStream
  ) -> any Network {
    MLP(
      inputSize: inputSize, hidden: hidden, outputSize: outputSize, activation: activation,
      outputActivation: outputActivation, maximumBatch: maximumBatch, using: &random)
  }
}
