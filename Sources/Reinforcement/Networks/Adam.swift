/// Adam (Kingma and Ba, 2015) as in PyTorch, optionally with clipped gradients.
///
/// Used by one thread at a time; nothing allocates after `init`.
public final class Adam {
  public var learningRate: Double
  public let beta1: Double
  public let beta2: Double
  public let epsilon: Double
  /// The limit of the gradients' Euclidean norm, as in `torch.nn.utils.clip_grad_norm_`; `nil`: none.
  public let maximumGradientNorm: Double?
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
