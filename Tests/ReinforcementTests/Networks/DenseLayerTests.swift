import Kernels
import Testing

@testable import Reinforcement

@Suite struct DenseLayerTests {
  /// With few outputs and with many, which are kept differently.
  @Test(arguments: [2, 4, 5, 40])
  func weightsAreReadAsTheyWereWritten(outputSize: Int) {
    let layer = Self.layer(inputSize: 3, outputSize: outputSize, activation: .relu)
    let weights = (0..<3 * outputSize).map { Float($0 + 1) }
    layer.weights = weights
    layer.biases = [-1, -100] + (2..<outputSize).map { Float($0) }
    #expect(layer.weights == weights)
    #expect(layer.biases.prefix(2) == [-1, -100])
    let input = Matrix(rows: 1, columns: 3)
    for column in 0..<3 { input.view[0, column] = Float(column + 1) }
    #expect(Array(layer.forward(input.view).row(0).prefix(2)) == [1 + 4 + 9 - 1, 0])
  }

  @Test func initialisationIsUniformWithinTheBound() {
    let layer = Self.layer(inputSize: 100, outputSize: 300, activation: .none)
    var random = RandomStream(seed: 1)
    layer.initialise(using: &random)
    let weights = layer.weights
    #expect(weights.allSatisfy { abs($0) <= 0.1 } && layer.biases.allSatisfy { abs($0) <= 0.1 })
    #expect(weights.min()! < -0.099 && weights.max()! > 0.099)
    let mean = weights.reduce(0, +) / 30_000
    let variance = weights.reduce(0) { $0 + $1 * $1 } / 30_000
    #expect(abs(mean) < 0.002)
    #expect(abs(variance - 0.01 / 3) < 1e-4)
    #expect(Set(layer.biases).count > 290)
  }

  private static func layer(inputSize: Int, outputSize: Int, activation: Activation) -> DenseLayer {
    let count = DenseLayer.parameterCount(inputSize: inputSize, outputSize: outputSize)
    return DenseLayer(
      inputSize: inputSize, outputSize: outputSize, activation: activation, maximumBatch: 4,
      parameters: ParameterVector(count: count + 16), offset: 16)
  }
}
