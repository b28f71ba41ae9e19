import Kernels

/// A device's parameters and gradients; a `ParameterVector` is the host's copy of them.
///
/// It is the only view of devices for vectors, networks and optimisers, so none depends on a kind of device.
/// Each backend that keeps parameters elsewhere conforms with its own type. Nothing here throws: the
/// backend's `check` reports failures.
package protocol ParameterMirror: AnyObject {
  /// Updates the host's copy.
  func fetch()
  /// Takes over the host's copy.
  func push()
  /// Takes over the values of another network's mirror on the same backend.
  func copyValues(from other: any ParameterMirror)
  func interpolate(towards other: any ParameterMirror, weight: Float)
  /// Runs a step of Adam by the gradients.
  func step(_ step: AdamUpdate, _ firstMoments: ParameterVector, _ secondMoments: ParameterVector)
  /// A vector of zeros in the same place, for an optimiser's moments.
  func makeZeros() -> ParameterVector
}

/// The scalars of a step of Adam.
package struct AdamUpdate {
  let learningRate, beta1, beta2, epsilon: Double
  /// 1 for the first step.
  let step: Int
  package let maximumGradientNorm: Double?

  /// The step in the kernel's form.
  package func kernelStep(gradientScale: Double = 1) -> ParameterKernel.AdamStep {
    ParameterKernel.AdamStep(
      learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, step: step,
      gradientScale: gradientScale)
  }
}
