import Basics

/// Resolves the names in edges to positions, and checks each port and each edge by itself.
struct PortResolver {
  let stages: [Stage]
  private let indices: [String: Int]

  init(stages: [Stage]) throws(GraphError) {
    guard !stages.isEmpty else { throw .noStages }
    var indices: [String: Int] = [:]
    for (index, stage) in stages.enumerated() {
      guard indices.updateValue(index, forKey: stage.name) == nil else { throw .duplicateStage(stage.name) }
      guard !stage.implementations.isEmpty else { throw .noImplementation(stage: stage.name) }
      try Self.checkRates(stage)
    }
    self.stages = stages
    self.indices = indices
  }

  private static func checkRates(_ stage: Stage) throws(GraphError) {
    for port in stage.inputs + stage.outputs
    where !(1...Schedule.maximumFirings).contains(port.rate.maximum) {
      throw .impossibleRate(
        stage: stage.name, port: port.name, rate: port.rate,
        reason: "is out of range; use 1 to \(Schedule.maximumFirings)")
    }
    for port in stage.inputs where port.rate.isVariable {
      throw .impossibleRate(
        stage: stage.name, port: port.name, rate: port.rate,
        reason: "is variable; only outputs can be, give the input a fixed rate")
    }
  }

  func connection(_ edge: Edge) throws(GraphError) -> Graph.Connection {
    let source = try port(edge.source, .output)
    let target = try port(edge.target, .input)
    let produced = stages[source.stage].outputs[source.port]
    let consumed = stages[target.stage].inputs[target.port]
    guard produced.type.fits(consumed.type) else {
      throw .typeMismatch(
        source: "\(stages[source.stage].name).\(produced.name)", sourceType: produced.type.description,
        target: "\(stages[target.stage].name).\(consumed.name)", targetType: consumed.type.description)
    }
    return Graph.Connection(source: source, target: target, initialItems: edge.initialItems)
  }

  func ports(_ endpoints: [Endpoint], _ direction: GraphError.Direction) throws(GraphError)
    -> [Graph.PortIndex]
  {
    var ports: [Graph.PortIndex] = []
    for endpoint in endpoints { ports.append(try port(endpoint, direction)) }
    return ports
  }

  func port(_ endpoint: Endpoint, _ direction: GraphError.Direction) throws(GraphError) -> Graph.PortIndex {
    guard let index = indices[endpoint.stage] else {
      throw .unknownStage(endpoint.stage, nearest: endpoint.stage.nearest(in: stages.map(\.name)))
    }
    let ports = direction == .input ? stages[index].inputs : stages[index].outputs
    let names = ports.map(\.name)
    if let name = endpoint.port {
      guard let port = names.firstIndex(of: name) else {
        throw .unknownPort(stage: endpoint.stage, port: name, direction: direction, available: names)
      }
      return Graph.PortIndex(stage: index, port: port)
    }
    guard names.count == 1 else {
      throw .ambiguousPort(stage: endpoint.stage, direction: direction, available: names)
    }
    return Graph.PortIndex(stage: index, port: 0)
  }

  /// An input has exactly one feeder; an output has one reader or several.
  func checkEveryPortIsUsedOnce(
    _ connections: [Graph.Connection], inputs: [Graph.PortIndex], outputs: [Graph.PortIndex]
  ) throws(GraphError) {
    var fed: Set<Graph.PortIndex> = []
    for port in connections.map(\.target) + inputs where !fed.insert(port).inserted {
      throw .portUsedTwice(
        stage: stages[port.stage].name, port: stages[port.stage].inputs[port.port].name)
    }
    let read = Set(connections.map(\.source) + outputs)
    for (index, stage) in stages.enumerated() {
      for (port, input) in stage.inputs.enumerated()
      where !fed.contains(Graph.PortIndex(stage: index, port: port)) {
        throw .unconnectedPort(stage: stage.name, port: input.name, direction: .input)
      }
      for (port, output) in stage.outputs.enumerated()
      where !read.contains(Graph.PortIndex(stage: index, port: port)) {
        throw .unconnectedPort(stage: stage.name, port: output.name, direction: .output)
      }
    }
  }
}
