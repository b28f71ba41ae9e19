/// Adam (Kingma and Ba, 2015) as PyTorch computes it, with the gradients' norm clipped first if wanted.
///
/// Used by one thread at a time; nothing allocates after `init`.
public final class Adam {
  public var learningRate: Double
  public let beta1: Double
  public let beta2: Double
  public let epsilon: Double
  /// Gradients whose Euclidean norm is larger are scaled down to it, as `torch.nn.utils.clip_grad_norm_` does.
  public let maximumGradientNorm: Double?
  /// Steps taken.
  public internal(set) var steps = 0
  let firstMoments: ParameterVector
  let secondMoments: ParameterVector
  private let parameters: ParameterVector

  public init(
    _ parameters: ParameterVector, learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, maximumGradientNorm: Double? = nil
  ) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.maximumGradientNorm = maximumGradientNorm
    firstMoments = parameters.makeZeros()
    secondMoments = parameters.makeZeros()
  }

  /// Moves the parameters by their gradients.
  public func step() {
    steps += 1
    parameters.step(
      AdamUpdate(
        learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, step: steps,
        maximumGradientNorm: maximumGradientNorm), firstMoments, secondMoments)
  }
}
