import TestSupport
import Testing

@testable import Dataflow

/// The textbook examples of synchronous dataflow.
struct RepetitionVectorTests {
  @Test func chainOfThree() throws {
    let graph = try Graph(
      "A-B-C",
      stages: [
        .mixing("A", in: [], out: [2]), .mixing("B", in: [3], out: [1]), .mixing("C", in: [2], out: []),
      ],
      edges: [Edge("A", "B"), Edge("B", "C")])
    #expect(graph.repetitions.counts == [3, 2, 1])
  }

  /// From a compact disc's 44.1 kHz to a digital tape's 48 kHz in four steps.
  @Test func compactDiscToDigitalTape() throws {
    let graph = try Graph(
      "CD to DAT",
      stages: [
        .mixing("cd", in: [], out: [1]), .mixing("1:1", in: [1], out: [2]), .mixing("2:3", in: [3], out: [2]),
        .mixing("2:7", in: [7], out: [8]), .mixing("8:7", in: [7], out: [5]),
        .mixing("dat", in: [1], out: []),
      ],
      edges: [
        Edge("cd", "1:1"), Edge("1:1", "2:3"), Edge("2:3", "2:7"), Edge("2:7", "8:7"), Edge("8:7", "dat"),
      ])
    #expect(graph.repetitions.counts == [147, 147, 98, 28, 32, 160])
  }

  @Test func consistentTriangle() throws {
    let graph = try Graph(
      "triangle",
      stages: [
        .mixing("A", in: [], out: [1, 2]), .mixing("B", in: [1], out: [2]),
        .mixing("C", in: [1, 1], out: []),
      ],
      edges: [Edge("A.out0", "B"), Edge("A.out1", "C.in0"), Edge("B", "C.in1")])
    #expect(graph.repetitions.counts == [1, 1, 2])
  }

  /// Lee and Messerschmitt's topology matrix of full rank: no schedule keeps its buffers bounded.
  @Test func inconsistentTriangle() {
    #expect(
      throws: GraphError.inconsistentRates(
        source: "B.out", target: "C.in1", produced: "1 × 1", consumed: "2 × 1")
    ) {
      try Graph(
        "triangle",
        stages: [
          .mixing("A", in: [], out: [1, 2]), .mixing("B", in: [1], out: [1]),
          .mixing("C", in: [1, 1], out: []),
        ],
        edges: [Edge("A.out0", "B"), Edge("A.out1", "C.in0"), Edge("B", "C.in1")])
    }
  }

  @Test func eachComponentIsScaledByItself() throws {
    let graph = try Graph(
      "two chains",
      stages: [
        .mixing("A", in: [], out: [4]), .mixing("B", in: [6], out: []), .mixing("C", in: [], out: [5]),
        .mixing("D", in: [1], out: []),
      ],
      edges: [Edge("A", "B"), Edge("C", "D")])
    #expect(graph.repetitions.counts == [3, 2, 1, 5])
  }

  @Test func selfLoopMustTurnOverWhatItTakes() {
    #expect(throws: GraphError.self) {
      try Graph(
        "loop", stages: [.mixing("A", in: [2], out: [1])],
        edges: [Edge("A", "A", initialItems: [0, 0])])
    }
  }

  @Test func variableRatesAreCarriedDownstream() throws {
    let graph = try Graph(
      "faces",
      stages: [
        .mixing("decode"), .rated("detect", out: [.upTo(9)]), .mixing("crop"),
        .mixing("embed", in: [1], out: [3]),
      ],
      edges: [Edge("decode", "detect"), Edge("detect", "crop"), Edge("crop", "embed")], inputs: ["decode"],
      outputs: ["embed"])
    #expect((0..<4).map { graph.repetitions[$0].isStatic } == [true, true, false, false])
    #expect(graph.repetitions[3].variablePorts == [Graph.PortIndex(stage: 1, port: 0)])
  }

  @Test func pathsOfDifferentVariableRatesCantMeet() {
    #expect(
      throws: GraphError.inconsistentRates(
        source: "detect.out", target: "join.in1", produced: "(0…9 from detect)", consumed: "a fixed number")
    ) {
      try Graph(
        "faces",
        stages: [
          .mixing("decode"), .rated("detect", out: [.upTo(9)]), .mixing("join", in: [1, 1]),
        ],
        edges: [Edge("decode", "detect"), Edge("decode", "join.in0"), Edge("detect", "join.in1")],
        inputs: ["decode"], outputs: ["join"])
    }
  }

  @Test(arguments: [
    [(1 << 20, 1), (1 << 20, 1)],
    [(1, 1_048_573), (1_048_571, 1)],
    Array(repeating: (1 << 20, (1 << 20) - 1), count: 9),
    Array(repeating: (1, 1 << 20), count: 9),
  ])
  func hugeMultiplesAreRefusedWithoutOverflow(rates: [(out: Int, in: Int)]) {
    let stages =
      [Stage.mixing("s0", in: [], out: [rates[0].out])]
      + rates.indices.map { index in
        .mixing(
          "s\(index + 1)", in: [rates[index].in], out: index + 1 < rates.count ? [rates[index + 1].out] : [])
      }
    #expect {
      try Graph("huge", stages: stages, edges: rates.indices.map { Edge("s\($0)".end, "s\($0 + 1)".end) })
    } throws: {
      if case .ratesTooLarge = $0 as? GraphError { true } else { false }
    }
  }
}

extension String {
  fileprivate var end: Endpoint { Endpoint(self) }
}
