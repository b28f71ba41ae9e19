/// A kind of network, independent of its input and output sizes.
///
/// An algorithm makes its networks by it. A custom network is a `Network` and a value that conforms to this.
public protocol NetworkArchitecture: Sendable {
  /// Makes a network with parameters drawn from `random`.
  ///
  /// - Parameter outputActivation: the function on the outputs: `tanh` for actions within −1…1.
  func makeNetwork(
    inputSize: Int, outputSize: Int, outputActivation: Activation, maximumBatch: Int,
    using random: inout RandomStream
  ) -> any Network
}
