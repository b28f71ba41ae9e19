import Foundation
import Reinforcement
import TestSupport
import Testing
import Vision

/// ONNX Runtime reads what `ONNXGraph` writes, and computes what it says; for batches of any size.
@Suite struct ONNXOperationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Runs a graph of one input of three columns on the rows.
  private func run(
    _ rows: [[Float]], size: Int?, element: ONNXGraph.Element = .float32,
    _ build: (inout ONNXGraph, String) -> String
  ) throws -> Tensor {
    var graph = ONNXGraph("test")
    let input = graph.input("x", size: 3)
    graph.output(build(&graph, input), as: "y", element, size: size)
    let path = try folder.write(graph.serialised(), to: "\(UUID()).onnx")
    let session = try ONNXRuntimeEngine().load(model: path, threads: 1)
    #expect(session.inputs.map(\.description) == ["float32 [?, 3]"])
    let tensor = try Tensor(shape: [rows.count, 3])
    _ = tensor.data.update(from: rows.flatMap { $0 })
    return try #require(session.run([tensor]).first)
  }

  private let rows: [[Float]] = [[1, -2, 3], [-0.5, 0.25, 0], [7, 7, -7], [0, 0, 0], [-1, -1, 5]]

  @Test func elementByElement() throws {
    typealias Case = ((inout ONNXGraph, String) -> String, (Float) -> Float)
    let cases: [Case] = [
      ({ $0.relu($1) }, { max($0, 0) }),
      ({ $0.tanh($1) }, { Float(tanh(Double($0))) }),
      ({ $0.add($1, $1) }, { $0 * 2 }),
      ({ $0.multiply($1, $1) }, { $0 * $0 }),
      ({ $0.subtract($1, $0.constant([0.5], shape: [])) }, { $0 - 0.5 }),
      ({ graph, x in x }, { $0 }),
    ]
    for (build, expected) in cases {
      let found = try run(rows, size: 3, build)
      #expect(found.shape == [5, 3])
      let right = rows.flatMap { $0.map(expected) }
      #expect(zip(found.numbers, right).allSatisfy { abs($0 - $1) < 1e-6 })
    }
  }

  @Test func rowByRow() throws {
    let mean = try run(rows, size: 1) { $0.mean($1) }
    #expect(mean.shape == [5, 1])
    #expect(zip(mean.numbers, rows).allSatisfy { abs($0 - $1.reduce(0, +) / 3) < 1e-6 })
    let best = try run(rows, size: nil, element: .int64) { $0.argMax($1) }
    // Of equal ones the first.
    #expect(best.shape == [5] && best.wholeNumbers == [2, 1, 0, 0, 2])
  }

  @Test func dueling() throws {
    let found = try run(rows, size: 2) { graph, x in
      graph.dueling(
        value: graph.gemm(x, weights: [1, 0, 0], bias: [0]),
        advantages: graph.gemm(x, weights: [0, 1, 0, 0, 0, 1], bias: [0, 0]))
    }
    let right = rows.flatMap { row in (1...2).map { row[0] + row[$0] - (row[1] + row[2]) / 2 } }
    #expect(found.shape == [5, 2] && zip(found.numbers, right).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test(arguments: Activation.allCases) func denseLayer(activation: Activation) throws {
    let layer = ToyPolicy.Layer(
      weights: [1, 2, 3, -1, 0.5, 0.25], bias: [0.125, -0.5], activation: activation)
    let found = try run(rows, size: 2) {
      $0.dense($1, weights: layer.weights, bias: layer.bias, activation: layer.activation)
    }
    let right = rows.flatMap { layer($0[...]) }
    #expect(found.shape == [5, 2] && zip(found.numbers, right).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test(arguments: [1, 7, 256]) func anyBatch(batch: Int) throws {
    for policy in [ToyPolicy.cartPole, .continuous, ToyPolicy([6, 5], .discrete(5))] {
      let path = try folder.write(policy.exported().bytes, to: "\(UUID()).onnx")
      let session = try ONNXRuntimeEngine().load(model: path, threads: 1)
      let observations = policy.observations(batch)
      let input = try Tensor(shape: [batch, policy.observationSize])
      _ = input.data.update(from: observations)
      let outputs = try session.run([input])
      let right = policy.answers(observations)
      switch policy.actionSpace {
      case .discrete(let count):
        #expect(session.outputs.map(\.name) == ["action", "q_values"])
        #expect(session.outputs.map(\.description) == ["int64 [?]", "float32 [?, \(count)]"])
        #expect(outputs.map(\.shape) == [[batch], [batch, count]])
        #expect(outputs[0].wholeNumbers.map { Float($0) } == right.actions)
        #expect(zip(outputs[1].numbers, right.values).allSatisfy { abs($0 - $1) < 1e-5 })
      case .continuous(let box):
        #expect(session.outputs.map(\.name) == ["action"])
        #expect(outputs.map(\.shape) == [[batch, box.size]])
        #expect(zip(outputs[0].numbers, right.actions).allSatisfy { abs($0 - $1) < 1e-5 })
        for (index, number) in outputs[0].numbers.enumerated() {
          #expect((box.low[index % box.size]...box.high[index % box.size]).contains(number))
        }
      }
    }
  }
}

extension Tensor {
  /// Copies, taken while the tensor lives.
  var numbers: [Float] { withExtendedLifetime(self) { Array(data) } }
  var wholeNumbers: [Int64] { withExtendedLifetime(self) { Array(integers) } }
}
