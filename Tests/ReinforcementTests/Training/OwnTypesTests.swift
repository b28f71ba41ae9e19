import Foundation
import Kernels
import Reinforcement
import TestSupport
import Testing

/// An environment and a network as users write them, with public interfaces only; `Documentation/Training.md` shows
/// what is between the marks.
struct OwnTypesTests {
  private func experiment(_ architecture: (any NetworkArchitecture)? = nil) -> Experiment {
    var configuration = DQNConfiguration()
    configuration.architecture = architecture
    configuration.common.hidden = [32]
    configuration.common.learningRate = 3e-3
    configuration.common.gamma = 0.95
    configuration.explorationFraction = 0.5
    configuration.targetUpdateInterval = 50
    var experiment = Experiment("corridor", environment: Corridor.id, algorithm: configuration)
    experiment.budget.steps = 4_000
    experiment.budget.seed = 1
    return experiment
  }

  @Test func ownEnvironment() throws {
    let trainer = try Trainer(experiment(), in: Corridor())
    try trainer.train()
    #expect(trainer.evaluate().returns.allSatisfy { $0 == -8 })
  }

  @Test func ownNetwork() throws {
    let trainer = try Trainer(experiment(ResidualArchitecture(size: 24)), in: Corridor())
    #expect(trainer.policy.network is ResidualNetwork)
    try trainer.train()
    #expect(trainer.evaluate().returns.allSatisfy { $0 == -8 })

    let folder = try TemporaryFolder()
    let path = folder.path + "/policy.ckpt"
    try trainer.save(to: path, withReplay: false)
    let experiment = experiment(ResidualArchitecture(size: 24))
    let trained = try TrainedPolicy(contentsOf: path, experiment, in: Corridor())
    #expect(try trained.evaluate(episodes: 3).returns == [-8, -8, -8])
    #expect(try !trained.exported().bytes.isEmpty)
  }

  /// The network's gradients are its outputs' differences.
  @Test(arguments: [Activation.none, .tanh]) func gradients(outputActivation: Activation) throws {
    var random = RandomStream(seed: 5)
    let network = ResidualArchitecture(size: 8).makeNetwork(
      inputSize: 3, outputSize: 2, outputActivation: outputActivation, maximumBatch: 4, using: &random)
    let (input, ones) = (Matrix(rows: 4, columns: 3), Matrix(rows: 4, columns: 2))
    let inputGradient = Matrix(rows: 4, columns: 3)
    for row in 0..<4 {
      for column in 0..<3 { input.view[row, column] = Float(random.uniform(-1, 1)) }
      for column in 0..<2 { ones.view[row, column] = 1 }
    }
    func sum() -> Double {
      let outputs = network.forward(input.view)
      return (0..<4).reduce(0) { $0 + outputs.row($1).reduce(0) { $0 + Double($1) } }
    }
    func quotient(_ number: UnsafeMutablePointer<Float>) -> Double {
      let value = number.pointee
      defer { number.pointee = value }
      number.pointee = value + 1e-3
      let above = sum()
      number.pointee = value - 1e-3
      return (above - sum()) / 2e-3
    }
    _ = sum()
    network.backward(ones.view, setsGradients: true, inputGradient: inputGradient.view)
    let parameters = network.parameters
    for index in 0..<parameters.count {
      // Not where values are padded: nothing depends on those.
      guard parameters.values[index] != 0 else { continue }
      let expected = quotient(parameters.values + index)
      #expect(abs(Double(parameters.gradients[index]) - expected) < 5e-3, "parameter \(index)")
    }
    for row in 0..<4 {
      for column in 0..<3 {
        let expected = quotient(input.view.pointer + row * input.view.stride + column)
        #expect(abs(Double(inputGradient.view[row, column]) - expected) < 5e-3)
      }
    }
  }
}

// Begin: own environment.

/// A corridor of eight steps: each costs 1, and the right end is the goal.
struct Corridor: Environment {
  static let id = "Corridor"

  private var position = 0

  var observationSpace: BoxSpace { BoxSpace(size: 1, low: 0, high: 1) }
  var actionSpace: ActionSpace { .discrete(2) }
  var maximumEpisodeSteps: Int? { 100 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    position = 0
    observation[0] = 0
  }

  mutating func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome {
    position = max(0, position + (action.discrete == 1 ? 1 : -1))
    observation[0] = Float(position) / 8
    return StepOutcome(reward: -1, isTerminated: position == 8)
  }
}

// End: own environment.
// Begin: own network.

/// Networks whose second layer adds to what the first one gives.
struct ResidualArchitecture: NetworkArchitecture {
  /// Units of both layers.
  var size: Int

  func makeNetwork(
    inputSize: Int, outputSize: Int, outputActivation: Activation, maximumBatch: Int,
    using random: inout RandomStream
  ) -> any Network {
    let network = ResidualNetwork(inputSize, size, outputSize, outputActivation, maximumBatch: maximumBatch)
    for layer in network.layers { layer.initialise(using: &random) }
    return network
  }
}

/// output = W₃ (h + relu(W₂ h)), where h = relu(W₁ · input).
final class ResidualNetwork: ExportableNetwork {
  let maximumBatch: Int
  let parameters: ParameterVector
  let layers: [DenseLayer]
  private let sum, gradient, innerGradient: Matrix

  var inputSize: Int { layers[0].inputSize }
  var outputSize: Int { layers[2].outputSize }

  init(_ inputSize: Int, _ size: Int, _ outputSize: Int, _ activation: Activation, maximumBatch: Int) {
    let shapes = [(inputSize, size, Activation.relu), (size, size, .relu), (size, outputSize, activation)]
    let counts = shapes.map { DenseLayer.parameterCount(inputSize: $0.0, outputSize: $0.1) }
    let parameters = ParameterVector(count: counts.reduce(0, +))
    layers = shapes.enumerated().map { index, shape in
      DenseLayer(
        inputSize: shape.0, outputSize: shape.1, activation: shape.2, maximumBatch: maximumBatch,
        parameters: parameters, offset: counts[..<index].reduce(0, +))
    }
    self.parameters = parameters
    self.maximumBatch = maximumBatch
    sum = Matrix(rows: maximumBatch, columns: size)
    gradient = Matrix(rows: maximumBatch, columns: size)
    innerGradient = Matrix(rows: maximumBatch, columns: size)
  }

  func forward(_ input: MatrixView) -> MatrixView {
    let outer = layers[0].forward(input)
    let inner = layers[1].forward(outer)
    let sum = sum.view.prefix(input.rows)
    for row in 0..<sum.rows {
      for column in 0..<sum.columns { sum[row, column] = outer[row, column] + inner[row, column] }
    }
    return layers[2].forward(sum)
  }

  func backward(_ outputGradient: MatrixView, setsGradients: Bool, inputGradient: MatrixView?) {
    let gradient = gradient.view.prefix(outputGradient.rows)
    let innerGradient = innerGradient.view.prefix(outputGradient.rows)
    layers[2].multiplyByDerivative(outputGradient)
    layers[2].backward(sumGradient: outputGradient, setsGradients: setsGradients, inputGradient: gradient)
    for row in 0..<gradient.rows { innerGradient.copyRow(row, from: gradient, row: row) }
    layers[1].multiplyByDerivative(innerGradient)
    layers[1].backward(
      sumGradient: innerGradient, setsGradients: setsGradients, inputGradient: gradient,
      inputActivation: .relu, accumulating: true)
    layers[0].backward(sumGradient: gradient, setsGradients: setsGradients, inputGradient: inputGradient)
  }

  func copy(maximumBatch: Int) -> any Network {
    let copy = ResidualNetwork(
      inputSize, layers[0].outputSize, outputSize, layers[2].activation, maximumBatch: maximumBatch)
    copy.parameters.copyValues(from: parameters)
    return copy
  }

  func export(to graph: inout ONNXGraph, input: String) -> String {
    func dense(_ layer: DenseLayer, _ input: String) -> String {
      graph.dense(input, weights: layer.weights, bias: layer.biases, activation: layer.activation)
    }
    let outer = dense(layers[0], input)
    return dense(layers[2], graph.add(outer, dense(layers[1], outer)))
  }
}

// End: own network.
