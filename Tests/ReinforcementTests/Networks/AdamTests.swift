import Testing

@testable import Reinforcement

@Suite struct AdamTests {
  /// The first step moves each parameter by the learning rate, against its gradient.
  @Test func firstStepIsTheLearningRate() {
    let parameters = ParameterVector(count: 16)
    parameters.gradients[0] = 3
    parameters.gradients[1] = -0.02
    let adam = Adam(parameters, learningRate: 0.25)
    adam.step()
    #expect(abs(parameters.gradientNorm - (9.0004).squareRoot()) < 1e-5)
    #expect(abs(parameters.values[0] + 0.25) < 1e-6)
    #expect(abs(parameters.values[1] - 0.25) < 1e-6)
    #expect(parameters.values[2] == 0)
    #expect(adam.steps == 1)
  }

  /// With an epsilon that dwarfs the denominator, a step is proportional to the gradient that was used.
  @Test func clipsTheNorm() {
    func step(maximum: Double?) -> (Float, Float) {
      let parameters = ParameterVector(count: 16)
      parameters.gradients[0] = 30
      parameters.gradients[1] = 40
      let adam = Adam(parameters, learningRate: 1000, epsilon: 1000, maximumGradientNorm: maximum)
      adam.step()
      #expect(abs(parameters.gradientNorm - 50) < 1e-4)
      return (parameters.values[0], parameters.values[1])
    }
    let (free, clipped) = (step(maximum: nil), step(maximum: 5))
    #expect(step(maximum: 100) == free)
    // g / (|g| + 1000), for g = 30 and for g = 3.
    #expect(abs(free.0 + 1000 * 30 / 1030) < 1e-3)
    #expect(abs(clipped.0 + 1000 * 3 / 1003) < 1e-3)
    #expect(abs(clipped.1 + 1000 * 4 / 1004) < 1e-3)
  }

  @Test func interpolationMovesTheTarget() {
    let (target, online) = (ParameterVector(count: 16), ParameterVector(count: 16))
    online.values[3] = 8
    target.interpolate(towards: online, weight: 0.25)
    target.interpolate(towards: online, weight: 0.25)
    #expect(target.values[3] == 3.5)
  }
}
