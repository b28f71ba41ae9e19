import CKernels

/// One implementation of operations on all parameters of a network at once.
///
/// Implementations agree up to rounding, and each is deterministic bit for bit. Vectors are aligned to 64
/// bytes, their count is a multiple of `Matrix.padding`, and padding zeros stay zero. Nothing allocates.
public struct ParameterKernel: Kernel {
  private let implementation: Implementation<ck_parameters_implementation>

  public static let all = Implementation.all(ck_parameters_implementation_at) { $0.is_supported() }
    .map(ParameterKernel.init)

  public var description: String { String(cString: implementation.functions.name) }

  /// The scalars of a step of Adam; see `ck_adam` for the formula.
  public struct AdamStep: Sendable {
    public let values: ck_adam

    /// - Parameters:
    ///   - gradientScale: multiplies the gradients, to clip their norm.
    ///   - step: 1 for the first step.
    public init(
      learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, step: Int,
      gradientScale: Double = 1
    ) {
      let firstCorrection = 1 - power(beta1, step)
      let secondCorrection = 1 - power(beta2, step)
      values = ck_adam(
        gradient_scale: Float(gradientScale), one_minus_beta1: Float(1 - beta1),
        one_minus_beta2: Float(1 - beta2), step_size: Float(learningRate / firstCorrection),
        root_scale: Float(1 / secondCorrection.squareRoot()), epsilon: Float(epsilon))
    }
  }

  /// Updates both moments and the values, `count` of each.
  public func adam(
    _ step: AdamStep, gradients: UnsafePointer<Float>, firstMoments: UnsafeMutablePointer<Float>,
    secondMoments: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>, count: Int
  ) {
    typealias Part = (
      kernel: ParameterKernel, step: ck_adam, gradients: UnsafePointer<Float>,
      firstMoments: UnsafeMutablePointer<Float>, secondMoments: UnsafeMutablePointer<Float>,
      values: UnsafeMutablePointer<Float>, count: Int
    )
    let adam: @convention(c) (UnsafeRawPointer?) -> Void = { part in
      guard let part = part?.assumingMemoryBound(to: Part.self).pointee else { return }
      withUnsafePointer(to: part.step) {
        part.kernel.implementation.functions.adam(
          $0, part.gradients, part.firstMoments, part.secondMoments, part.values, part.count)
      }
    }
    func part(_ range: Range<Int>) -> Part {
      let start = range.lowerBound
      return (
        self, step.values, gradients + start, firstMoments + start, secondMoments + start, values + start,
        range.count
      )
    }
    ComputeThreads.run(over: count, worthwhile: count >= ComputeThreads.leastParameters, part, adam)
  }

  public func squaredNorm(_ values: UnsafePointer<Float>, count: Int) -> Double {
    implementation.functions.squared_norm(values, count)
  }

  /// values += weight · (other − values).
  public func interpolate(
    _ values: UnsafeMutablePointer<Float>, towards other: UnsafePointer<Float>, weight: Float, count: Int
  ) {
    typealias Part = (
      kernel: ParameterKernel, weight: Float, other: UnsafePointer<Float>,
      values: UnsafeMutablePointer<Float>,
      count: Int
    )
    func part(_ range: Range<Int>) -> Part {
      (self, weight, other + range.lowerBound, values + range.lowerBound, range.count)
    }
    ComputeThreads.run(over: count, worthwhile: count >= ComputeThreads.leastParameters, part) { part in
      guard let part = part?.assumingMemoryBound(to: Part.self).pointee else { return }
      part.kernel.implementation.functions.interpolate(part.weight, part.other, part.values, part.count)
    }
  }
}

/// By squaring, for the same result on every machine.
private func power(_ base: Double, _ exponent: Int) -> Double {
  var result = 1.0
  var square = base
  var rest = exponent
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    square *= square
    rest >>= 1
  }
  return result
}
