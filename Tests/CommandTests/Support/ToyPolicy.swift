import Foundation
import Reinforcement
import TestSupport

/// A small policy with random weights, computed in plain Swift and in ONNX.
struct ToyPolicy: Sendable {
  struct Layer: Sendable {
    /// `[out, in]`.
    let weights: [Float]
    let bias: [Float]
    let activation: Activation

    func callAsFunction(_ input: ArraySlice<Float>) -> [Float] {
      bias.indices.map { output in
        let row = weights[(output * input.count)..<((output + 1) * input.count)]
        // In double precision, as a reference should be.
        let sum = zip(row, input).reduce(Double(bias[output])) { $0 + Double($1.0) * Double($1.1) }
        return switch activation {
        case .none: Float(sum)
        case .relu: Float(max(0, sum))
        case .tanh: Float(Foundation.tanh(sum))
        }
      }
    }
  }

  let layers: [Layer]
  let actionSpace: ActionSpace
  let observationSize: Int

  /// - Parameter sizes: of the layers, the observation's first.
  init(_ sizes: [Int], _ actionSpace: ActionSpace, seed: Int = 1, hidden: Activation = .relu) {
    var random = SeededGenerator(seed: seed)
    layers = zip(sizes, sizes.dropFirst()).enumerated().map { index, size in
      let bound = 1 / Float(size.0).squareRoot()
      let isLast = index == sizes.count - 2
      let last: Activation = if case .continuous = actionSpace { .tanh } else { .none }
      return Layer(
        weights: (0..<(size.0 * size.1)).map { _ in Float.random(in: -bound...bound, using: &random) },
        bias: (0..<size.1).map { _ in Float.random(in: -bound...bound, using: &random) },
        activation: isLast ? last : hidden)
    }
    self.actionSpace = actionSpace
    observationSize = sizes[0]
  }

  func observations(_ count: Int, seed: Int = 7) -> [Float] {
    var random = SeededGenerator(seed: seed)
    return (0..<(count * observationSize)).map { _ in Float.random(in: -3...3, using: &random) }
  }

  func answers(_ observations: [Float]) -> PolicyOutputs {
    var answers = PolicyOutputs(actions: [])
    for begin in stride(from: 0, to: observations.count, by: observationSize) {
      var row = observations[begin..<(begin + observationSize)]
      for layer in layers { row = layer(row)[...] }
      switch actionSpace {
      case .discrete:
        let best = row.indices.max { row[$0] < row[$1] || row[$0] == row[$1] && $0 > $1 } ?? 0
        answers.actions.append(Float(best))
        answers.values += row
      case .continuous(let box):
        answers.actions += row.indices.map { box.low[$0] + (row[$0] + 1) / 2 * (box.high[$0] - box.low[$0]) }
      }
    }
    return answers
  }

  func exported() throws -> ExportedPolicy {
    try ExportedPolicy(
      observationSize: observationSize, actionSpace: actionSpace,
      origin: .init(algorithm: "toy", environment: "Toy-v0", steps: 10)
    ) { graph, input in
      layers.reduce(input) {
        graph.dense($0, weights: $1.weights, bias: $1.bias, activation: $1.activation)
      }
    }
  }

  func check(_ count: Int = 1000) -> PolicyCheck {
    let observations = observations(count)
    return PolicyCheck(
      observationSize: observationSize, actionSpace: actionSpace, observations: observations,
      expected: answers(observations))
  }

  /// CartPole's observations and actions.
  static let cartPole = ToyPolicy([4, 32, 24, 2], .discrete(2))
  /// Two components with bounds of their own.
  static let continuous = ToyPolicy(
    [3, 40, 30, 2], .continuous(BoxSpace(low: [-2, 0.5], high: [2, 8])), hidden: .tanh)
}
