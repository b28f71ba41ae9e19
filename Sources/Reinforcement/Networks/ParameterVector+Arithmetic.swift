import Kernels

extension ParameterVector {
  /// values = (1 − weight) · values + weight · those of `other` (Polyak averaging of a target network).
  public func interpolate(towards other: ParameterVector, weight: Float) {
    precondition(count == other.count, "parameters of different networks")
    if let mirror, let others = other.mirror { return mirror.interpolate(towards: others, weight: weight) }
    fetch()
    other.fetch()
    ParameterKernel.fastest.interpolate(values, towards: other.values, weight: weight, count: count)
    push()
  }

  /// The gradients' Euclidean norm.
  public var gradientNorm: Double {
    ParameterKernel.fastest.squaredNorm(gradients, count: count).squareRoot()
  }

  /// A vector of zeros in the same place, for an optimiser's moments.
  func makeZeros() -> ParameterVector { mirror?.makeZeros() ?? ParameterVector(count: count) }

  /// Runs a step of Adam by the gradients.
  func step(_ step: AdamUpdate, _ firstMoments: ParameterVector, _ secondMoments: ParameterVector) {
    if let mirror { return mirror.step(step, firstMoments, secondMoments) }
    let scale = step.maximumGradientNorm.map { min(1, $0 / (gradientNorm + 1e-6)) } ?? 1
    ParameterKernel.fastest.adam(
      step.kernelStep(gradientScale: scale), gradients: gradients, firstMoments: firstMoments.values,
      secondMoments: secondMoments.values,
      values: values, count: count)
  }
}
