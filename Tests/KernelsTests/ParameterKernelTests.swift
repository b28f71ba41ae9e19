import Testing

@testable import Kernels

/// Every implementation against the formulas in double precision.
@Suite struct ParameterKernelTests {
  private static let counts = [16, 32, 48, 64, 80, 4096, 4112, 12_304]

  @Test(arguments: ParameterKernel.all)
  func adamIsTheFormula(kernel: ParameterKernel) {
    for count in Self.counts {
      let values = random(count, seed: 1)
      let first = Matrix(rows: 1, columns: count)
      let second = Matrix(rows: 1, columns: count)
      var expected = (0..<count).map { Double(values.view[0, $0]) }
      var m = [Double](repeating: 0, count: count)
      var v = m
      for step in 1...5 {
        let gradients = random(count, seed: UInt64(step + 1))
        kernel.adam(
          ParameterKernel.AdamStep(
            learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: step, gradientScale: 0.5),
          gradients: gradients.view.pointer, firstMoments: first.view.pointer,
          secondMoments: second.view.pointer, values: values.view.pointer, count: count)
        for index in 0..<count {
          let g = 0.5 * Double(gradients.view[0, index])
          m[index] = 0.9 * m[index] + 0.1 * g
          v[index] = 0.999 * v[index] + 0.001 * g * g
          let corrections = (power(0.9, step), power(0.999, step))
          let denominator = v[index].squareRoot() / (1 - corrections.1).squareRoot() + 1e-8
          expected[index] -= 0.01 / (1 - corrections.0) * m[index] / denominator
        }
      }
      for index in 0..<count {
        #expect(abs(Double(values.view[0, index]) - expected[index]) < 1e-6)
        #expect(abs(Double(first.view[0, index]) - m[index]) < 1e-6)
        #expect(abs(Double(second.view[0, index]) - v[index]) < 1e-7)
      }
    }
  }

  /// Parameters that pad have no gradient and stay zero; so does what was never used.
  @Test(arguments: ParameterKernel.all)
  func zeroStaysZero(kernel: ParameterKernel) {
    let zeros = (0..<4).map { _ in Matrix(rows: 1, columns: 64) }
    for step in 1...3 {
      kernel.adam(
        ParameterKernel.AdamStep(learningRate: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: step),
        gradients: zeros[0].view.pointer, firstMoments: zeros[1].view.pointer,
        secondMoments: zeros[2].view.pointer, values: zeros[3].view.pointer, count: 64)
    }
    for index in [0, 1, 3] { #expect(zeros[index].view.row(0).allSatisfy { $0 == 0 }) }
    #expect(zeros[2].view.row(0).allSatisfy { $0 < 1e-34 })
  }

  /// Arithmetic on subnormal moments is slow, and 0.9 of the least of them is itself for ever.
  @Test(arguments: ParameterKernel.all)
  func momentsAreNeverSubnormal(kernel: ParameterKernel) {
    let gradients = Matrix(rows: 1, columns: 16)
    let first = random(16, seed: 1)
    let second = Matrix(rows: 1, columns: 16)
    let values = random(16, seed: 2)
    for step in 1...2000 {
      kernel.adam(
        ParameterKernel.AdamStep(learningRate: 1e-3, beta1: 0.9, beta2: 0.5, epsilon: 1e-8, step: step),
        gradients: gradients.view.pointer, firstMoments: first.view.pointer,
        secondMoments: second.view.pointer, values: values.view.pointer, count: 16)
      #expect(first.view.row(0).allSatisfy { !$0.isSubnormal })
      #expect(second.view.row(0).allSatisfy { $0 > 2 * .leastNormalMagnitude })
    }
    #expect(first.view.row(0).allSatisfy { $0 == 0 })
  }

  @Test(arguments: ParameterKernel.all)
  func notANumberIsSeen(kernel: ParameterKernel) {
    for bad in [Float.nan, .infinity] {
      let gradients = Matrix(rows: 1, columns: 16)
      gradients.view[0, 5] = bad
      let first = Matrix(rows: 1, columns: 16)
      let second = Matrix(rows: 1, columns: 16)
      let values = Matrix(rows: 1, columns: 16)
      #expect(!kernel.squaredNorm(gradients.view.pointer, count: 16).isFinite)
      kernel.adam(
        ParameterKernel.AdamStep(learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 1),
        gradients: gradients.view.pointer, firstMoments: first.view.pointer,
        secondMoments: second.view.pointer, values: values.view.pointer, count: 16)
      #expect(values.view[0, 5].isNaN)
      #expect(values.view[0, 4] == 0)
    }
  }

  @Test(arguments: ParameterKernel.all)
  func sumsSquares(kernel: ParameterKernel) {
    for count in Self.counts {
      let values = random(count, seed: 3)
      let expected = values.view.row(0).reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(kernel.squaredNorm(values.view.pointer, count: count) / expected - 1) < 1e-5)
    }
  }

  @Test(arguments: ParameterKernel.all)
  func interpolates(kernel: ParameterKernel) {
    for count in Self.counts {
      let values = random(count, seed: 4)
      let before = Array(values.view.row(0))
      let other = random(count, seed: 5)
      kernel.interpolate(values.view.pointer, towards: other.view.pointer, weight: 0.25, count: count)
      for index in 0..<count {
        #expect(abs(values.view[0, index] - (0.75 * before[index] + 0.25 * other.view[0, index])) < 1e-6)
      }
    }
  }
}

private func power(_ base: Double, _ exponent: Int) -> Double {
  (0..<exponent).reduce(1.0) { result, _ in result * base }
}

private func random(_ count: Int, seed: UInt64) -> Matrix {
  var state = seed &* 0x9E37_79B9_7F4A_7C15
  let matrix = Matrix(rows: 1, columns: count)
  for index in 0..<count {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    matrix.view[0, index] = Float(state >> 40) / Float(1 << 23) - 1
  }
  return matrix
}
