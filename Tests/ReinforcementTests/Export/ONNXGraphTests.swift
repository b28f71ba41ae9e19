import Basics
import Dataflow
import Testing

@testable import Reinforcement

/// What the file says; what it computes is tested where ONNX Runtime is.
@Suite struct ONNXGraphTests {
  /// Against bytes made by hand from the encoding's documentation.
  @Test func wireFormat() {
    var writer = ProtobufWriter()
    writer.add(1, 150)
    writer.add(2, "testing")
    writer.add(20, -1)
    writer.add(3) { $0.add(1, 150) }
    #expect(
      writer.bytes
        == [0x08, 0x96, 0x01, 0x12, 0x07] + Array("testing".utf8)
        + [0xA0, 0x01] + Array(repeating: 0xFF, count: 9) + [0x01, 0x1A, 0x03, 0x08, 0x96, 0x01])
  }

  @Test func everyValueHasANameOfItsOwn() {
    var graph = ONNXGraph("test")
    let input = graph.input("Relu_0", size: 2)
    let first = graph.relu(input)
    let second = graph.relu(first)
    #expect(Set([input, first, second]).count == 3)
    graph.output(first, as: "first", size: 2)
    #expect(graph.nodes.map(\.output) == ["first", second] && graph.nodes[1].inputs == ["first"])
    // Inputs and outputs keep their names; a second one is a copy.
    graph.output(input, as: "same", size: 2)
    graph.output("first", as: "again", size: 2)
    #expect(graph.nodes.map(\.operation) == ["Relu", "Relu", "Identity", "Identity"])
    #expect(graph.outputs.map(\.name) == ["first", "same", "again"])
  }

  @Test func actionsWithoutBounds() {
    let box = BoxSpace(low: [-1, -.infinity], high: [1, 1])
    #expect(throws: ExportError.unboundedAction(component: 1)) {
      try ExportedPolicy(
        observationSize: 2, actionSpace: .continuous(box),
        origin: .init(algorithm: "td3", environment: "none", steps: 0)
      ) { $1 }
    }
  }

  @Test func saysWhereItComesFrom() throws {
    let policy = try ExportedPolicy(
      observationSize: 2, actionSpace: .discrete(2),
      origin: .init(algorithm: "dqn", environment: "CartPole-v1", steps: 50_000)
    ) { $0.tanh($1) }
    let text = String(decoding: policy.bytes, as: UTF8.self)
    for fact in ["drivetrain", "algorithm", "dqn", "environment", "CartPole-v1", "steps", "50000"] {
      #expect(text.contains(fact), "\(fact)")
    }
  }
}
