import Basics
import TestSupport
import Testing

@testable import Dataflow

struct GraphYAMLTests {
  static let registry = StageRegistry([
    StageKind("mix", keys: ["in", "out"]) { parameters in
      let input = try parameters.values["in"]?.integer() ?? 1
      let output = try parameters.values["out"]?.integer() ?? 1
      return .mixing(parameters.name, in: [input], out: [output])
    },
    StageKind("join") { .mixing($0.name, in: [1, 1]) },
    StageKind(exit: "end"),
    StageKind("text") { parameters in Stage(parameters.name) { (x: Int) in "\(x)" } },
    StageKind("signal") { parameters in
      let port = PortType(Signal.self)
      return Stage(
        parameters.name, inputs: [Port("in", port)], outputs: [Port("out", port)],
        implementations: [.cpu("cpu") { $0.emit(Signal()) }])
    },
    StageKind("types") { parameters in
      Stage(
        parameters.name, inputs: parameters.inputTypes.enumerated().map { Port("in\($0)", $1) },
        outputs: [Port("out", PortType(Int.self))], implementations: [.cpu("cpu") { _ in }])
    },
  ])

  private func graph(_ yaml: String) throws -> Graph {
    try Graph(try ConfigurationNode(yaml: yaml, file: "graph.yaml"), registry: Self.registry)
  }

  @Test(arguments: 0..<200)
  func randomTextNeverTraps(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let words = [
      "stages", "edges", "mix", "use", ": ", "{", "}", "[", "]", "\n", "  ", "- ", "a", "1", "->", "é",
    ]
    let yaml = (0..<Int.random(in: 0..<80, using: &random)).map { _ in
      words.randomElement(using: &random) ?? "a"
    }.joined()
    _ = try? graph("stages:" + yaml)
  }

  /// Whatever can be compared of two graphs.
  private func expectSame(_ first: Graph, _ second: Graph) {
    func shape(_ graph: Graph) -> [String] {
      graph.stages.map { "\($0.name) \($0.inputs) \($0.outputs)" }
        + graph.connections.map { "\($0.source) \($0.target) \($0.initialItems.count)" }
        + ["\(graph.name) \(graph.inputs) \(graph.outputs) \(graph.itemsPerIteration)"]
    }
    #expect(shape(first) == shape(second))
    #expect(first.repetitions == second.repetitions)
    #expect(first.schedule == second.schedule)
  }

  @Test func stagesSayWhatTheyRead() throws {
    let edges = try graph(
      """
      name: g
      stages: {a: {use: mix}, b: {use: mix}, c: {use: join}, d: {use: mix}}
      edges: [a -> b, a.out -> c.in0, b -> c.in1, c -> d]
      inputs: [a]
      outputs: [d]
      """)
    let reads = "a: {use: mix}, b: {use: mix}, c: {use: join, from: [a, b]}, d: {use: mix}"
    expectSame(try graph("{name: g, stages: {\(reads)}}"), edges)
    expectSame(try graph("{name: g, stages: {\(reads), e: {use: end}}}"), edges)
    // What nobody reads leaves the graph, in the order of the stages; an exit has an order of its own.
    let two = "a: {use: mix}, b: {use: mix, from: a}, c: {use: mix, from: [a.out]}"
    #expect(try graph("stages: {\(two)}").outputs.map(\.stage) == [1, 2])
    #expect(try graph("stages: {\(two), e: {use: end, from: [c, b]}}").outputs.map(\.stage) == [2, 1])
  }

  @Test(arguments: [
    ("{a: {use: mix}, b: {use: join, from: [a]}}", "name with 'from' where each comes from"),
    ("{a: {use: mix}, b: {use: mix, from: [a, a]}}", "name with 'from' where each comes from"),
    ("{a: {use: mix}, b: {use: mix, from: c}}", "c"),
    ("{a: {use: mix}, b: {use: mix, from: []}}", "must name"),
    ("{a: {use: mix}, b: {use: mix, from: a.x}}", "x"), ("{a: {use: mix}, b: {use: mix, from: {}}}", "from"),
    ("{a: {use: mix}, e: {use: end}, b: {use: mix}}", "write it as the last stage"),
    ("{a: {use: mix}, b: {use: join, from: [a, c]}, c: {use: mix, from: b}}", "cycle"),
    ("{a: {use: mix, from: b}, b: {use: mix, from: a}}", "fed twice"), ("{e: {use: end}}", ""),
  ])
  func refusesWhatCannotBeRead(stages: String, reason: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try graph("stages: \(stages)") }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test func chainEqualsTheOneBuiltInSwift() throws {
    expectSame(
      try graph(
        """
        name: rates
        description: a chain
        stages:
          A: {use: mix, out: 2}
          mix:
          C: {use: mix, in: 3}
        """),
      try Graph("rates", chain: [.mixing("A", out: [2]), .mixing("mix"), .mixing("C", in: [3])]))
  }

  @Test func edgesEqualThoseBuiltInSwift() throws {
    expectSame(
      try graph(
        """
        name: diamond
        stages:
          D: {use: join}
          A: {use: mix}
          B: {use: mix}
          S: {use: signal}
        edges:
          - A -> B
          - A->D.in0
          - B.out -> D.in1
          - {edge: S -> S, initial: 3}
        inputs: [A]
        outputs: [D]
        """),
      try Graph(
        "diamond",
        stages: [
          .mixing("D", in: [1, 1]), .mixing("A"), .mixing("B"),
          Stage(
            "S", inputs: [Port("in", PortType(Signal.self))], outputs: [Port("out", PortType(Signal.self))],
            implementations: [.cpu("cpu") { _ in }]),
        ],
        edges: [
          Edge("A", "B"), Edge("A", "D.in0"), Edge("B", "D.in1"),
          Edge("S", "S", initialItems: Array(repeating: Signal(), count: 3)),
        ], inputs: ["A"], outputs: ["D"]))
  }

  @Test func stagesLearnWhatFeedsThem() throws {
    let graph = try graph(
      """
      stages: {last: {use: types}, text: , mix: }
      edges: [mix -> text, text -> last.in0, mix -> last.in1]
      inputs: [mix]
      outputs: [last]
      """)
    #expect(graph.stages[0].inputs.map(\.type.name) == ["String", "Int"])
    #expect(graph.name == "graph")
  }

  @Test(arguments: [
    ("stages: {decode: {use: mx}}", 1, "unknown stage 'mx'; did you mean 'mix'?"),
    ("stages:\n  resize:", 2, "unknown stage 'resize'; known are mix, join, end, text, signal, types"),
    ("stages:\n  mix:\n    ins: 3", 3, "unknown key 'ins' in stage 'mix'; did you mean 'in'?"),
    ("stages:\n  mix:\n    in:\n      three", 3, "'in' of stage 'mix' must be a whole number, not 'three'"),
    ("stages:\n  mix: {in: 1.5}", 2, "'in' of stage 'mix' must be a whole number, not '1.5'"),
    (
      "stages:\n  mix: {in: 99999999999999999999}", 2,
      "'in' of stage 'mix' is '99999999999999999999', which is too large"
    ),
    (
      "stages:\n  text:\n  mix: {in: 1000000000000000000}", 3,
      "stage 'mix': rate 1000000000000000000 of port 'in' is out of range; use 1 to 1048576"
    ),
    (
      "stages:\n  mix:\n  text:\n  again: {use: mix}", 4,
      "'again.in' takes Int but 'text.out' gives String; change what one of the two takes or gives, or connect "
        + "another port"
    ),
    ("name: x", 1, "the key 'stages' is missing"),
    ("stages:", 1, "'stages' of the file must be a mapping of keys to values"),
    ("stages: [mix]", 1, "'stages' of the file must be a mapping of keys to values"),
    ("stages: {}", 1, "the graph has no stages; add at least one"),
    ("stagse: {mix: }", 1, "unknown key 'stagse' in the file; did you mean 'stages'?"),
    ("stages: {mix: }\nedges: mix", 2, "'edges' of the file must be a list"),
    ("stages: {mix: }\nedges:\n- mix", 3, "'edges' of the file[0] must be written 'stage -> stage'"),
    ("stages: {mix: }\nedges:\n- [mix]", 3, "'edges' of the file[0] must be text"),
    (
      "stages: {a: {use: mix}, b: {use: mix}}\nedges:\n- a -> b\n- a -> c", 4,
      "no stage is named 'c'; name one of the graph's"
    ),
    (
      "stages: {a: {use: mix}, b: {use: mix}}\nedges:\n- a -> b.on", 3,
      "stage 'b' has no input port 'on'; it has 'in'"
    ),
    (
      "stages: {mix: }\nedges: []\ninputs:\n- mix\noutputs:\n- mxi", 6,
      "no stage is named 'mxi'; did you mean 'mix'?"
    ),
    (
      "stages: {signal: }\nedges:\n- {edge: signal -> signal, initial: 1000000}", 3,
      "'initial' of 'edges' of the file[0] is 1000000; it must be from 0 to 65536"
    ),
    (
      "stages: {mix: }\nedges:\n- {edge: mix -> mix, initial: 1}", 3,
      "'mix' gives Int; 'initial' is for edges that carry signals"
    ),
    ("stages: {mix: }\nedges:\n- {initial: 1}", 3, "'edges' of the file[0] needs the key 'edge'"),
    (
      "stages: {mix: }\nedges:\n- mix -> mix", 1,
      "the cycle mix → mix can't start; put initial items on one of its edges, as many as its target takes at once"
    ),
  ])
  func errorsSayWhereAndWhat(yaml: String, line: Int, reason: String) {
    #expect(throws: ConfigurationError(file: "graph.yaml", line: line, reason: reason)) { try graph(yaml) }
  }

  @Test func initialItemsOfAllEdgesAreBounded() {
    let edges = (0..<9).map { "- {edge: s\($0) -> s\($0), initial: 10000}" }.joined(separator: "\n")
    let stages = (0..<9).map { "s\($0): {use: signal}" }.joined(separator: ", ")
    #expect(throws: ConfigurationError.self) { try graph("stages: {\(stages)}\nedges:\n\(edges)") }
  }

  @Test(.timeLimit(.minutes(60)))
  func hugeFileIsRefusedFast() {
    let stages = (0..<20_000).map { "s\($0): " }.joined(separator: "\n  ")
    #expect(
      throws: ConfigurationError(
        file: "graph.yaml", line: 1, reason: "the graph has 20000 stages; use at most 1024")
    ) { try graph("stages:\n  \(stages)") }
  }
}
