extension Graph {
  /// Builds the graph that a YAML file describes:
  ///
  /// ```yaml
  /// name: classify
  /// stages:                    # in order; each is one of the registry's kinds
  ///   decode: {scale: auto}
  ///   shrink: {use: resize, short_side: 256}
  /// edges:                     # may be left out for a chain of the stages in order
  ///   - decode -> shrink
  /// inputs: [decode]           # ports that items enter by; not needed for a chain
  /// outputs: [shrink]
  /// ```
  ///
  /// - Parameter overrides: settings that stages may heed, from outside the file.
  /// - Throws: `ConfigurationError` with file and line.
  public init(
    _ document: ConfigurationNode, registry: StageRegistry, overrides: [String: String] = [:]
  ) throws {
    let values = try document.mapping(keys: ["name", "description", "stages", "edges", "inputs", "outputs"])
    guard let stagesNode = values["stages"] else { throw document.error("the key 'stages' is missing") }
    let name = try values["name"]?.string() ?? document.fileStem
    let drafts = try stagesNode.entries().map { try StageDraft(name: $0.key, node: $0.value, registry) }

    do {
      if let edgesNode = values["edges"] {
        let edges = try edgesNode.list().map(Edge.init(node:))
        let stages = try Self.build(drafts, edges, overrides)
        try self.init(
          name, stages: stages, edges: edges, inputs: try Self.endpoints(values["inputs"]),
          outputs: try Self.endpoints(values["outputs"]))
      } else {
        let edges = zip(drafts, drafts.dropFirst()).map { Edge(Endpoint($0.name), Endpoint($1.name)) }
        try self.init(name, chain: try Self.build(drafts, edges, overrides))
      }
    } catch let error as GraphError {
      let culprit = error.stage.flatMap { name in drafts.first { $0.name == name } }
      throw (culprit?.node ?? document).error(error.description)
    }
  }

  /// Makes the stages in dataflow order, so that each learns the types that feed it.
  private static func build(_ drafts: [StageDraft], _ edges: [Edge], _ overrides: [String: String]) throws
    -> [Stage]
  {
    var made: [String: Stage] = [:]
    var waiting = drafts
    while !waiting.isEmpty {
      let ready =
        waiting.firstIndex { draft in
          edges.allSatisfy { edge in
            edge.target.stage != draft.name || !edge.initialItems.isEmpty || made[edge.source.stage] != nil
              || !drafts.contains { $0.name == edge.source.stage }
          }
        } ?? 0
      let draft = waiting.remove(at: ready)
      let inputTypes = edges.filter { $0.target.stage == draft.name }.compactMap { edge -> PortType? in
        let ports = made[edge.source.stage]?.outputs ?? []
        return edge.source.port.map { name in ports.first { $0.name == name }?.type } ?? ports.first?.type
      }
      let consumers = edges.filter { $0.source.stage == draft.name }.compactMap { edge in
        drafts.first { $0.name == edge.target.stage }
          .map { StageParameters.Neighbour(kind: $0.kind.name, values: $0.values) }
      }
      made[draft.name] = try draft.kind.make(
        StageParameters(
          name: draft.name, node: draft.node.named("stage '\(draft.name)'"), values: draft.values,
          inputTypes: inputTypes, consumers: consumers, overrides: overrides))
    }
    return drafts.compactMap { made[$0.name] }
  }

  private static func endpoints(_ node: ConfigurationNode?) throws -> [Endpoint] {
    try node?.list().map { Endpoint(try $0.string()) } ?? []
  }
}

/// A stage of a file whose kind and keys are known, but that is not made yet.
private struct StageDraft {
  let name: String
  let kind: StageKind
  let values: [String: ConfigurationNode]
  let node: ConfigurationNode

  init(name: String, node: ConfigurationNode, _ registry: StageRegistry) throws {
    let node = node.named("stage '\(name)'")
    var kindName = name
    if !node.isNull, let use = try node.entries().first(where: { $0.key == "use" }) {
      kindName = try use.value.string()
    }
    let names = registry.kinds.map(\.name)
    guard let kind = registry.kinds.first(where: { $0.name == kindName }) else {
      let hint =
        kindName.nearest(in: names).map { "did you mean '\($0)'?" }
        ?? "known are \(names.joined(separator: ", "))"
      throw node.error("unknown stage '\(kindName)'; \(hint)")
    }
    self.name = name
    self.kind = kind
    self.node = node
    values = node.isNull ? [:] : try node.mapping(keys: ["use"] + kind.keys).filter { $0.key != "use" }
  }
}

extension Edge {
  /// `a -> b`, `a.out -> b.in`, or `{edge: a -> b, initial: 4}` for signals that lie there at the start.
  fileprivate init(node: ConfigurationNode) throws {
    var arrow = node
    var initial = 0
    if let entries = try? node.entries(), !entries.isEmpty {
      let values = try node.mapping(keys: ["edge", "initial"])
      guard let edge = values["edge"] else { throw node.error("\(node.path) needs the key 'edge'") }
      arrow = edge
      initial = try values["initial"]?.integer(in: 0...Schedule.maximumFirings) ?? 0
    }
    let ends = try arrow.string().split(separator: ">", omittingEmptySubsequences: false)
    guard ends.count == 2, ends[0].hasSuffix("-") else {
      throw arrow.error("\(node.path) must be written 'stage -> stage'")
    }
    func endpoint(_ text: Substring) -> Endpoint { Endpoint(text.filter { !$0.isWhitespace }) }
    self.init(
      endpoint(ends[0].dropLast()), endpoint(ends[1]),
      initialItems: Array(repeating: Signal(), count: initial))
  }
}
