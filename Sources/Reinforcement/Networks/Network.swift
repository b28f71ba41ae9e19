import Kernels

/// A function with parameters that learns by gradients.
///
/// Used by one thread at a time. Nothing allocates after `init`: matrices for `maximumBatch` rows are there from
/// the beginning. All parameters lie in one vector, so an optimiser, a copy and a checkpoint need not know the
/// network.
///
/// A type of your own is composed of `DenseLayer`s, or computes what it likes: see `Documentation/Training.md`.
public protocol Network: AnyObject {
  var inputSize: Int { get }
  var outputSize: Int { get }
  /// Rows that one pass takes at most.
  var maximumBatch: Int { get }
  var parameters: ParameterVector { get }

  /// Computes the outputs, `[input.rows, outputSize]`; valid until the next call.
  func forward(_ input: MatrixView) -> MatrixView

  /// Goes back through the latest `forward`, whose input must still be unchanged.
  ///
  /// - Parameters:
  ///   - outputGradient: the loss's derivative by the outputs, `[rows, outputSize]`; may be overwritten.
  ///   - setsGradients: whether `parameters.gradients` is set (not added to); otherwise it is left alone.
  ///   - inputGradient: receives the loss's derivative by the inputs, `[rows, inputSize]`, if wanted.
  func backward(_ outputGradient: MatrixView, setsGradients: Bool, inputGradient: MatrixView?)

  /// The same network with parameters of its own, of equal values; for a target network or an actor's copy.
  func copy(maximumBatch: Int) -> any Network

  /// The network, on the same parameters, as the host computes it: for a few observations at a time, which aren't
  /// worth a way to a device and back. `parameters.fetch` brings the parameters there. Itself if it is the host's.
  var host: any Network { get }
}

extension Network {
  public var host: any Network { self }
}
