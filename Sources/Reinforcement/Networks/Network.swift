import Kernels

/// A differentiable function with parameters.
///
/// Used by one thread at a time. Nothing allocates after `init`, which makes matrices for `maximumBatch`
/// rows. All parameters are in one vector, so optimisers, copies and checkpoints don't depend on the
/// network's type.
///
/// A custom type is composed of `DenseLayer`s, or computes anything: see `Documentation/Training.md`.
public protocol Network: AnyObject {
  var inputSize: Int { get }
  var outputSize: Int { get }
  /// The most rows of one pass.
  var maximumBatch: Int { get }
  var parameters: ParameterVector { get }

  /// Computes the outputs, `[input.rows, outputSize]`; valid until the next call.
  func forward(_ input: MatrixView) -> MatrixView

  /// Backpropagates through the latest `forward`, whose input must be unchanged.
  ///
  /// - Parameters:
  ///   - outputGradient: the loss's derivative by the outputs, `[rows, outputSize]`; may be overwritten.
  ///   - setsGradients: whether `parameters.gradients` is set (not added to) or left unchanged.
  ///   - inputGradient: receives the loss's derivative by the inputs, `[rows, inputSize]`; `nil`: not
  ///     computed.
  func backward(_ outputGradient: MatrixView, setsGradients: Bool, inputGradient: MatrixView?)

  /// The same network with its own copy of the parameters, for a target network or an actor.
  func copy(maximumBatch: Int) -> any Network

  /// The network on the host with the same parameters, for small batches that aren't worth a transfer to a
  /// device; `parameters.fetch` updates its parameters. Itself if it is the host's.
  var host: any Network { get }
}

extension Network {
  public var host: any Network { self }
}
