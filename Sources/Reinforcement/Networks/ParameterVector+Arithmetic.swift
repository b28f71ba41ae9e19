import Kernels

extension ParameterVector {
  /// values = (1 − weight) · values + weight · those of `other` (Polyak averaging of a target network).
  public func interpolate(towards other: ParameterVector, weight: Float) {
    precondition(count == other.count, "parameters of different networks")
    ParameterKernel.fastest.interpolate(values, towards: other.values, weight: weight, count: count)
  }

  /// √ of the sum of the gradients' squares.
  public var gradientNorm: Double {
    ParameterKernel.fastest.squaredNorm(gradients, count: count).squareRoot()
  }
}
