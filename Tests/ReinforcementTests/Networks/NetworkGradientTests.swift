import Kernels
import Testing

@testable import Reinforcement

/// The gradients of each kind of network against difference quotients, and what else `Network` promises.
@Suite struct NetworkGradientTests {
  private static let architectures: [LayeredArchitecture] = [
    LayeredArchitecture(hidden: []), LayeredArchitecture(hidden: [24], activation: .tanh),
    LayeredArchitecture(hidden: [24, 33], activation: .tanh),
    LayeredArchitecture(hidden: [24, 33], activation: .relu),
    LayeredArchitecture(hidden: [], isDueling: true),
    LayeredArchitecture(hidden: [20], activation: .tanh, isDueling: true),
    LayeredArchitecture(hidden: [20, 17, 9], activation: .tanh, isDueling: true),
    LayeredArchitecture(hidden: [20, 17], activation: .relu, isDueling: true),
  ]

  @Test(arguments: 0..<architectures.count)
  func areDifferenceQuotients(index: Int) {
    let architecture = Self.architectures[index]
    for (outputSize, outputActivation) in [(4, Activation.none), (6, architecture.isDueling ? .none : .tanh)]
    {
      var random = RandomStream(seed: 7)
      let network = architecture.makeNetwork(
        inputSize: 3, outputSize: outputSize, outputActivation: outputActivation, maximumBatch: 8,
        using: &random)
      let input = Self.matrix(6, 3, using: &random)
      let weights = Self.matrix(6, outputSize, using: &random)

      _ = network.forward(input.view)
      let inputGradient = Matrix(rows: 6, columns: 3)
      let outputGradient = Self.copy(of: weights)
      network.backward(outputGradient.view, setsGradients: true, inputGradient: inputGradient.view)

      let parameters = network.parameters
      var largest: Float = 0
      for position in 0..<parameters.count {
        let quotients = Self.quotients(network, input, weights, at: parameters.values + position)
        #expect(quotients.contains(parameters.gradients[position]), "parameter \(position)")
        largest = max(largest, abs(parameters.gradients[position]))
      }
      #expect(largest > 0.1)
      for row in 0..<6 {
        for column in 0..<3 {
          let quotients = Self.quotients(
            network, input, weights, at: input.view.pointer + row * input.view.stride + column)
          #expect(quotients.contains(inputGradient.view[row, column]), "input \(row), \(column)")
        }
      }
    }
  }

  @Test(arguments: 0..<architectures.count)
  func inputGradientAloneLeavesGradients(index: Int) {
    var random = RandomStream(seed: 3)
    let network = Self.architectures[index].makeNetwork(
      inputSize: 5, outputSize: 2, outputActivation: .none, maximumBatch: 4, using: &random)
    let input = Self.matrix(4, 5, using: &random)
    let outputGradient = Self.matrix(4, 2, using: &random)
    let (first, second) = (Matrix(rows: 4, columns: 5), Matrix(rows: 4, columns: 5))
    _ = network.forward(input.view)
    let overwritten = Self.copy(of: outputGradient)
    network.backward(overwritten.view, setsGradients: true, inputGradient: first.view)
    let gradients = Self.array(network.parameters.gradients, network.parameters.count)
    for row in 0..<4 { outputGradient.view[row, 0] *= 2 }
    network.backward(outputGradient.view, setsGradients: false, inputGradient: second.view)
    #expect(Self.array(network.parameters.gradients, network.parameters.count) == gradients)
    #expect((0..<4).contains { Array(first.view.row($0)) != Array(second.view.row($0)) })
  }

  /// A batch's rows are computed as each alone, and a copy computes the same on memory of its own.
  @Test(arguments: 0..<architectures.count)
  func rowsAndCopiesAgree(index: Int) throws {
    var random = RandomStream(seed: 5)
    let network = Self.architectures[index].makeNetwork(
      inputSize: 5, outputSize: 3, outputActivation: .none, maximumBatch: 12, using: &random)
    let input = Self.matrix(12, 5, using: &random)
    let outputs = network.forward(input.view)
    let copy = network.copy(maximumBatch: 1)
    #expect(copy.maximumBatch == 1 && copy.inputSize == 5 && copy.outputSize == 3)
    for row in 0..<12 {
      let observation = MatrixView(
        input.view.pointer + row * input.view.stride, rows: 1, columns: 5, stride: input.view.stride)
      #expect(Array(copy.forward(observation).row(0)) == Array(outputs.row(row)))
    }
    copy.parameters.values[0] += 1
    #expect(copy.parameters.values[0] != network.parameters.values[0])
  }

  /// Of what the network computes, weighted, the difference quotients by one number, to the left and to the right,
  /// and what lies between them: they differ where a ReLU has its kink.
  private static func quotients(
    _ network: any Network, _ input: Matrix, _ weights: Matrix, at number: UnsafeMutablePointer<Float>
  ) -> ClosedRange<Float> {
    let value = number.pointee
    let step: Float = 1e-3
    let here = loss(network, input, weights)
    number.pointee = value + step
    let right = Float((loss(network, input, weights) - here) / Double(step))
    number.pointee = value - step
    let left = Float((here - loss(network, input, weights)) / Double(step))
    number.pointee = value
    let tolerance: Float = 3e-3
    return min(left, right) - tolerance...max(left, right) + tolerance
  }

  private static func loss(_ network: any Network, _ input: Matrix, _ weights: Matrix) -> Double {
    let outputs = network.forward(input.view)
    var sum = 0.0
    for row in 0..<outputs.rows {
      for column in 0..<outputs.columns {
        sum += Double(outputs[row, column]) * Double(weights.view[row, column])
      }
    }
    return sum
  }

  private static func matrix(_ rows: Int, _ columns: Int, using random: inout RandomStream) -> Matrix {
    let matrix = Matrix(rows: rows, columns: columns)
    for row in 0..<rows {
      for column in 0..<columns {
        matrix.view[row, column] = Float(random.next() >> 40) / Float(1 << 23) - 1
      }
    }
    return matrix
  }

  private static func copy(of matrix: Matrix) -> Matrix {
    let copy = Matrix(rows: matrix.view.rows, columns: matrix.view.columns)
    copy.view.pointer.update(from: matrix.view.pointer, count: matrix.view.rows * matrix.view.stride)
    return copy
  }

  private static func array(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: pointer, count: count))
  }
}
