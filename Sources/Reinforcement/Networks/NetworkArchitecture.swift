/// A kind of network, before it is known what it reads and gives.
///
/// An algorithm makes of it the networks that it needs. A network of your own is a `Network` and a value that
/// conforms to this.
public protocol NetworkArchitecture: Sendable {
  /// A network with random parameters; all that is random comes from `random`.
  ///
  /// - Parameter outputActivation: what is done to the outputs: `tanh` for actions within −1…1.
  func makeNetwork(
    inputSize: Int, outputSize: Int, outputActivation: Activation, maximumBatch: Int,
    using random: inout RandomStream
  ) -> any Network
}
