/// The connections of a graph's stages, for rate analysis, scheduling and planning.
package struct Topology {
  let stages: [Stage]
  let connections: [Graph.Connection]
  let inputs: [Graph.PortIndex]

  func outputRate(_ connection: Graph.Connection) -> Rate { rate(ofOutput: connection.source) }
  func inputRate(_ connection: Graph.Connection) -> Int { rate(ofInput: connection.target) }

  func rate(ofOutput port: Graph.PortIndex) -> Rate { stages[port.stage].outputs[port.port].rate }
  func rate(ofInput port: Graph.PortIndex) -> Int { stages[port.stage].inputs[port.port].rate.maximum }

  /// The stages in topological order, as far as cycles allow. Edges with initial items don't count.
  func order(of members: [Int]) -> [Int] {
    let position = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
    let edges = connections.filter { $0.initialItems.isEmpty }.compactMap { connection in
      position[connection.source.stage].flatMap { source in
        position[connection.target.stage].map { (source: source, target: $0) }
      }
    }
    return RateGraph.order(members.count, edges: edges).map { members[$0] }
  }

  /// The stages reachable from this one; itself only in a cycle.
  func reachable(from stage: Int) -> Set<Int> {
    var readers = stages.map { _ in [Int]() }
    for connection in connections { readers[connection.source.stage].append(connection.target.stage) }
    var seen: Set<Int> = []
    var frontier = readers[stage]
    while let next = frontier.popLast() {
      if seen.insert(next).inserted { frontier += readers[next] }
    }
    return seen
  }

  /// For each stage, the input port whose tokens belong to the stage's items: the first port reachable from
  /// the graph's inputs. Tokens of sources and of edges with initial items belong to no item.
  package func ownerPorts() -> [Int] {
    var owners = [Int?](repeating: nil, count: stages.count)
    func own(_ port: Graph.PortIndex) { owners[port.stage] = min(owners[port.stage] ?? port.port, port.port) }
    for input in inputs { own(input) }
    for stage in order(of: Array(stages.indices)) where owners[stage] != nil {
      for connection in connections where connection.source.stage == stage && connection.initialItems.isEmpty
      {
        own(connection.target)
      }
    }
    return owners.map { $0 ?? 0 }
  }

  /// The input ports of edges with initial items.
  func statePorts(of stage: Int) -> [Int] {
    connections.filter { $0.target.stage == stage && !$0.initialItems.isEmpty }.map(\.target.port).sorted()
  }

  func name(ofOutput port: Graph.PortIndex) -> String {
    "\(stages[port.stage].name).\(stages[port.stage].outputs[port.port].name)"
  }

  func name(ofInput port: Graph.PortIndex) -> String {
    "\(stages[port.stage].name).\(stages[port.stage].inputs[port.port].name)"
  }
}

extension Graph {
  /// The positions of all stages in topological order.
  public var stageOrder: [Int] { topology.order(of: Array(stages.indices)) }
}
