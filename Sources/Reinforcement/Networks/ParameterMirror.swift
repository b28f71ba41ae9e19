import Kernels

/// A device's parameters and gradients, of which a `ParameterVector` is the host's copy.
///
/// Vectors, networks and optimisers know devices by this alone, so none of them names one; each backend that keeps
/// parameters elsewhere has a type of its own for it. None of this throws: the backend tells of failures when it is
/// asked.
package protocol ParameterMirror: AnyObject {
  /// Brings the host's copy up to date.
  func fetch()
  /// Takes the host's copy over.
  func push()
  /// Takes over the values of another network's, whose mirror is of the same backend.
  func copyValues(from other: any ParameterMirror)
  func interpolate(towards other: any ParameterMirror, weight: Float)
  /// A step of Adam by the gradients.
  func step(_ step: AdamUpdate, _ firstMoments: ParameterVector, _ secondMoments: ParameterVector)
  /// Zeros in the same place, such as an optimiser keeps.
  func makeZeros() -> ParameterVector
}

/// What a step of Adam needs besides vectors.
package struct AdamUpdate {
  let learningRate, beta1, beta2, epsilon: Double
  /// 1 for the first step.
  let step: Int
  package let maximumGradientNorm: Double?

  /// What a kernel is given.
  package func kernelStep(gradientScale: Double = 1) -> ParameterKernel.AdamStep {
    ParameterKernel.AdamStep(
      learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, step: step,
      gradientScale: gradientScale)
  }
}
