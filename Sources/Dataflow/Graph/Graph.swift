/// An application as synchronous dataflow: stages, and edges that carry tokens between them at known rates.
///
/// An existing graph is valid: names resolve, types fit, every port is connected, the rates are consistent
/// (there is a repetition vector) and no cycle starves (there is a static schedule). Otherwise `init` throws
/// a `GraphError` with the stage and a remedy.
///
/// `inputs` and `outputs` are the graph's border. Each submitted item puts one token on every input; its
/// result is the tokens that arrive at the outputs.
public struct Graph: Sendable {
  /// An edge whose ends are positions in `stages`.
  public struct Connection: Sendable {
    public let source: PortIndex
    public let target: PortIndex
    public let initialItems: [any Sendable]
  }

  /// A port of a stage by position.
  public struct PortIndex: Sendable, Hashable {
    public let stage: Int
    public let port: Int

    package init(stage: Int, port: Int) {
      self.stage = stage
      self.port = port
    }
  }

  /// A bound on the time of analysis, far above any sensible graph.
  public static let maximumStages = 1 << 10

  public let name: String
  public private(set) var stages: [Stage]
  public let connections: [Connection]
  /// The input ports where submitted items enter.
  public let inputs: [PortIndex]
  /// The output ports where results leave.
  public let outputs: [PortIndex]
  public let repetitions: RepetitionVector
  /// The static schedule of one iteration.
  public let schedule: Schedule
  /// The items that one iteration takes in; 0 for a graph without inputs, which feeds itself.
  public let itemsPerIteration: Int

  public init(
    _ name: String, stages: [Stage], edges: [Edge], inputs: [Endpoint] = [], outputs: [Endpoint] = []
  ) throws(GraphError) {
    guard stages.count <= Self.maximumStages else { throw .tooManyStages(stages.count) }
    let resolver = try PortResolver(stages: stages)
    self.name = name
    self.stages = stages
    var connections: [Connection] = []
    for edge in edges { connections.append(try resolver.connection(edge)) }
    self.connections = connections
    self.inputs = try resolver.ports(inputs, .input)
    self.outputs = try resolver.ports(outputs, .output)
    try resolver.checkEveryPortIsUsedOnce(connections, inputs: self.inputs, outputs: self.outputs)
    let topology = Topology(stages: stages, connections: connections, inputs: self.inputs)
    repetitions = try RepetitionVector(topology)
    schedule = try Schedule(of: Array(stages.indices), in: topology, repetitions: repetitions)
    itemsPerIteration = repetitions.items
  }

  /// Stages in a row, each with one edge to the next. Items enter at the first stage and leave at the last.
  public init(_ name: String, chain stages: [Stage]) throws(GraphError) {
    guard let first = stages.first, let last = stages.last else { throw GraphError.noStages }
    try self.init(
      name, stages: stages,
      edges: zip(stages, stages.dropFirst()).map { Edge(Endpoint(stage: $0.name), Endpoint(stage: $1.name)) },
      inputs: first.inputs.map { Endpoint(stage: first.name, port: $0.name) },
      outputs: last.outputs.map { Endpoint(stage: last.name, port: $0.name) })
  }

  /// The same graph with further implementations of its stages.
  ///
  /// - Parameter implementations: those of a stage, which come after its own, by the stages behind it.
  package func addingImplementations(
    _ implementations: (_ stage: Stage, _ next: [Stage]) -> [Implementation]
  ) -> Graph {
    var graph = self
    for (index, stage) in stages.enumerated() {
      let next = connections.filter { $0.source.stage == index }.map { stages[$0.target.stage] }
      graph.stages[index].implementations += implementations(stage, next)
    }
    return graph
  }

  package var topology: Topology { Topology(stages: stages, connections: connections, inputs: inputs) }
}
