extension Graph {
  /// Some of the stages and the edges between them, as a graph of its own. A cut edge becomes an input or an
  /// output.
  public func part(_ name: String, of names: [String]) throws(GraphError) -> Graph {
    let members = Set(stages.indices.filter { names.contains(stages[$0].name) })
    func isInner(_ connection: Connection) -> Bool {
      members.contains(connection.source.stage) && members.contains(connection.target.stage)
    }
    func endpoint(_ port: PortIndex, _ ports: KeyPath<Stage, [Port]>) -> Endpoint {
      let stage = stages[port.stage]
      return Endpoint(stage: stage.name, port: stage[keyPath: ports][port.port].name)
    }
    let cut = connections.filter { !isInner($0) }
    return try Graph(
      name, stages: members.sorted().map { stages[$0] },
      edges: connections.filter(isInner).map {
        Edge(endpoint($0.source, \.outputs), endpoint($0.target, \.inputs), initialItems: $0.initialItems)
      },
      inputs: (inputs + cut.map(\.target)).filter { members.contains($0.stage) }.map {
        endpoint($0, \.inputs)
      },
      outputs: (outputs + cut.map(\.source)).filter { members.contains($0.stage) }.map {
        endpoint($0, \.outputs)
      })
  }
}
