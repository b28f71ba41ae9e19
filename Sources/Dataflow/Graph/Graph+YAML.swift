import Basics

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
  /// A stage may say instead what it reads, `crop: {from: [decode, detect]}`: an output for each of its inputs, in order.
  /// One that doesn't reads the stage above it. Items enter at the first stage, and what nobody reads leaves the graph.
  ///
  /// - Parameters:
  ///   - name: for a file without a name; the file's own name if `nil`.
  ///   - overrides: settings from outside the file, which stages may use.
  ///   - others: keys of the file that don't concern the graph.
  /// - Throws: `ConfigurationError` with file and line.
  public init(
    _ document: ConfigurationNode, named name: String? = nil, registry: StageRegistry,
    overrides: [String: String] = [:],
    besides others: [String] = []
  ) throws {
    let values = try document.mapping(
      keys: ["name", "description", "stages", "edges", "inputs", "outputs"] + others)
    guard let stagesNode = values["stages"] else { throw document.error("the key 'stages' is missing") }
    let name = try document.name(values["name"], otherwise: name ?? document.fileStem)
    let entries = try stagesNode.entries()
    for (name, node) in entries {
      if let flaw = name.flawAsName { throw node.error("a stage's name \(flaw); choose another one") }
    }
    do {
      guard entries.count <= Self.maximumStages else { throw GraphError.tooManyStages(entries.count) }
      let drafts = try entries.map { try StageDraft(name: $0.key, node: $0.value, registry) }
      guard let edgesNode = values["edges"] else {
        guard drafts.contains(where: { $0.from != nil || $0.kind.isExit }) else {
          let edges = zip(drafts, drafts.dropFirst()).map {
            Edge(Endpoint(stage: $0.name), Endpoint(stage: $1.name))
          }
          try self.init(name, chain: try Self.build(drafts, edges, overrides))
          return
        }
        for key in ["inputs", "outputs"] {
          if let node = values[key] {
            throw node.error("\(node.path) is for files with 'edges'; what nobody reads leaves the graph")
          }
        }
        try self.init(name, drafts, overrides)
        return
      }
      if let node = drafts.lazy.compactMap(\.from).first {
        throw node.error("\(node.path) can't be beside 'edges', which says the same of all stages")
      }
      let edges = try edgesNode.list().map { (node: $0, edge: try Edge(node: $0)) }
      guard edges.reduce(0, { $0 + $1.edge.initialItems.count }) <= Edge.maximumInitialSignals else {
        throw edgesNode.error("the edges have more than \(Edge.maximumInitialSignals) initial items together")
      }
      let stages = try Self.build(drafts, edges.map(\.edge), overrides)
      let resolver = try PortResolver(stages: stages)
      for (node, edge) in edges { try Self.check(edge, node, resolver) }
      for (key, direction) in [("inputs", GraphError.Direction.input), ("outputs", .output)] {
        for node in try values[key]?.list() ?? [] {
          try node.locating { _ = try resolver.port(Endpoint(try node.string()), direction) }
        }
      }
      try self.init(
        name, stages: stages, edges: edges.map(\.edge), inputs: try Self.endpoints(values["inputs"]),
        outputs: try Self.endpoints(values["outputs"]))
    } catch let error as GraphError {
      let culprit = error.stage.flatMap { name in entries.first { $0.key == name } }
      throw (culprit?.value ?? stagesNode).error(error.description)
    }
  }

  /// A graph whose stages say what they read.
  private init(_ name: String, _ all: [StageDraft], _ overrides: [String: String]) throws {
    let readings = try all.enumerated().map { index, draft in
      Reading(
        node: draft.from ?? draft.node,
        sources: try draft.sources ?? (index > 0 ? [Endpoint(stage: all[index - 1].name)] : []))
    }
    let exit = all.last?.kind.isExit == true ? readings.last : nil
    let drafts = exit == nil ? all : Array(all.dropLast())
    let names = drafts.map(\.name)
    for reading in readings {
      for source in reading.sources where !names.contains(source.stage) {
        try reading.node.locating {
          throw GraphError.unknownStage(source.stage, nearest: source.stage.nearest(in: names))
        }
      }
    }
    let loose = zip(drafts, readings).flatMap { draft, reading in
      reading.sources.map { Edge($0, Endpoint(stage: draft.name)) }
    }
    let stages = try Self.build(drafts, loose, overrides)
    let resolver = try PortResolver(stages: stages)
    var edges: [Edge] = []
    for (stage, reading) in zip(stages, readings) where !reading.sources.isEmpty {
      let ports = stage.inputs.map(\.name)
      guard reading.sources.count == ports.count else {
        throw reading.node.error(
          "\(reading.node.path) reads \(reading.sources.count.counted("output")), and the stage takes \(ports.count.counted("input")) (\(ports.joined(separator: ", "))); name with 'from' where each comes from"
        )
      }
      for (source, port) in zip(reading.sources, ports) {
        let edge = Edge(source, Endpoint(stage: stage.name, port: port))
        try reading.node.locating { _ = try resolver.connection(edge) }
        edges.append(edge)
      }
    }
    try exit?.node.locating { _ = try resolver.ports(exit?.sources ?? [], .output) }
    try self.init(
      name, stages: stages, edges: edges,
      inputs: stages.prefix(1).flatMap { stage in
        stage.inputs.map { Endpoint(stage: stage.name, port: $0.name) }
      },
      outputs: try exit?.sources ?? Self.unread(edges, resolver))
  }

  /// What a stage of a file reads.
  private struct Reading {
    let node: ConfigurationNode
    let sources: [Endpoint]
  }

  /// The outputs that no edge reads.
  private static func unread(_ edges: [Edge], _ resolver: PortResolver) throws(GraphError) -> [Endpoint] {
    var read: Set<PortIndex> = []
    for edge in edges { read.insert(try resolver.connection(edge).source) }
    return resolver.stages.enumerated().flatMap { index, stage in
      stage.outputs.indices.filter { !read.contains(PortIndex(stage: index, port: $0)) }.map {
        Endpoint(stage: stage.name, port: stage.outputs[$0].name)
      }
    }
  }

  /// The kinds of the stages in a file, known or not; none of a file that has no stages.
  package static func stageKinds(of document: ConfigurationNode) -> [String] {
    let stages = try? document.entries().first { $0.key == "stages" }?.value.entries()
    return stages?.compactMap { try? StageDraft.kindName($0.key, $0.value) } ?? []
  }

  /// Reports an edge's errors at its line.
  private static func check(_ edge: Edge, _ node: ConfigurationNode, _ resolver: PortResolver) throws {
    try node.locating {
      let connection = try resolver.connection(edge)
      let type = resolver.stages[connection.source.stage].outputs[connection.source.port].type
      guard edge.initialItems.isEmpty || type.fits(PortType(Signal.self)) else {
        throw node.error("'\(edge.source)' gives \(type); 'initial' is for edges that carry signals")
      }
    }
  }

  /// Makes the stages in dataflow order, so that each receives the types that feed it.
  private static func build(_ drafts: [StageDraft], _ edges: [Edge], _ overrides: [String: String]) throws
    -> [Stage]
  {
    let position = Dictionary(drafts.enumerated().map { ($1.name, $0) }) { first, _ in first }
    var feeders = drafts.map { _ in [(source: Int, port: String?)]() }
    var consumers = drafts.map { _ in [StageParameters.Neighbour]() }
    var order: [(source: Int, target: Int)] = []
    for edge in edges {
      guard let source = position[edge.source.stage], let target = position[edge.target.stage] else {
        continue
      }
      feeders[target].append((source, edge.source.port))
      consumers[source].append(
        StageParameters.Neighbour(kind: drafts[target].kind.name, values: drafts[target].values))
      if edge.initialItems.isEmpty { order.append((source, target)) }
    }
    var made = [Stage?](repeating: nil, count: drafts.count)
    for index in RateGraph.order(drafts.count, edges: order) {
      let draft = drafts[index]
      let inputTypes = feeders[index].compactMap { feeder -> PortType? in
        let ports = made[feeder.source]?.outputs ?? []
        return feeder.port.map { name in ports.first { $0.name == name }?.type } ?? ports.first?.type
      }
      made[index] = try draft.kind.make(
        StageParameters(
          name: draft.name, node: draft.node, values: draft.values, inputTypes: inputTypes,
          consumers: consumers[index], overrides: overrides))
    }
    return made.compactMap { $0 }
  }

  private static func endpoints(_ node: ConfigurationNode?) throws -> [Endpoint] {
    try node?.list().map { Endpoint(try $0.string()) } ?? []
  }
}

/// A stage of a file before it is made: its kind and keys are known.
private struct StageDraft {
  let name: String
  let kind: StageKind
  let values: [String: ConfigurationNode]
  let node: ConfigurationNode
  /// What it reads, if it says so.
  let from: ConfigurationNode?
  private static let keys = ["use", "from"]

  /// The outputs that it reads, in the order of its inputs.
  var sources: [Endpoint]? {
    get throws {
      guard let from else { return nil }
      let names = try (try? from.list()) ?? [from]
      guard !names.isEmpty else { throw from.error("\(from.path) must name a stage") }
      return try names.map { Endpoint(try $0.string()) }
    }
  }

  init(name: String, node: ConfigurationNode, _ registry: StageRegistry) throws {
    let node = node.named("stage '\(name)'")
    let kindName = try Self.kindName(name, node)
    let names = registry.kinds.map(\.name)
    guard let kind = registry.kinds.first(where: { $0.name == kindName }) else {
      let hint = kindName.hint(among: names, otherwise: "known are \(names.joined(separator: ", "))")
      throw node.error("unknown stage '\(kindName)'; \(hint)")
    }
    self.name = name
    self.kind = kind
    self.node = node
    let all = node.isNull ? [:] : try node.mapping(keys: Self.keys + kind.keys)
    from = all["from"]
    values = all.filter { !Self.keys.contains($0.key) }
  }

  /// The stage's own name, unless it says which kind it uses.
  static func kindName(_ name: String, _ node: ConfigurationNode) throws -> String {
    guard !node.isNull, let use = try node.entries().first(where: { $0.key == "use" }) else { return name }
    return try use.value.string()
  }
}

extension ConfigurationNode {
  /// Reports graph errors at this node.
  fileprivate func locating(_ body: () throws -> Void) throws {
    do { try body() } catch let error as GraphError { throw self.error(error.description) }
  }
}

extension Edge {
  /// A bound for all edges of a file together, so that a short file can't fill the memory.
  fileprivate static let maximumInitialSignals = 1 << 16

  /// `a -> b`, `a.out -> b.in`, or `{edge: a -> b, initial: 4}` with a number of initial signals.
  fileprivate init(node: ConfigurationNode) throws {
    var arrow = node
    var initial = 0
    if let entries = try? node.entries(), !entries.isEmpty {
      let values = try node.mapping(keys: ["edge", "initial"])
      guard let edge = values["edge"] else { throw node.error("\(node.path) needs the key 'edge'") }
      arrow = edge
      initial = try values["initial"]?.integer(in: 0...Self.maximumInitialSignals) ?? 0
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
