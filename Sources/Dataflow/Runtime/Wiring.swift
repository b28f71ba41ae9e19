/// The channels of a running graph: one for each edge between placements, and one for each input.
struct Wiring: Sendable {
  /// For each connection of the graph; `nil` where it stays inside a placement.
  let edges: [Channel?]
  /// For each input of the graph; none where the executor feeds its only worker directly.
  let inputs: [Channel]

  /// Everything in one worker: no channels.
  static func none(_ graph: Graph) -> Wiring {
    Wiring(edges: graph.connections.map { _ in nil }, inputs: [])
  }

  private init(edges: [Channel?], inputs: [Channel]) {
    self.edges = edges
    self.inputs = inputs
  }

  init(_ graph: Graph, _ placements: [ResolvedPlacement], capacity: Int, ambient: Item, time: any TimeSource)
  {
    edges = graph.connections.map { connection in
      if placements.contains(where: {
        $0.contains(connection.source.stage) && $0.contains(connection.target.stage)
      }) {
        return nil
      }
      // Room for what one iteration puts there, so that a full channel never stops a schedule.
      let source = graph.stages[connection.source.stage].outputs[connection.source.port]
      let iteration = graph.repetitions[connection.source.stage].count * source.rate.maximum
      let channel = Channel(
        capacity: max(capacity, iteration) + connection.initialItems.count, time: time)
      for value in connection.initialItems {
        channel.send(Token(item: ambient, ready: time.now, order: 0, value: value))
      }
      return channel
    }
    inputs = graph.inputs.map { _ in Channel(capacity: capacity, time: time) }
  }

  /// The ports of a placement that are fed by a channel.
  func entrances(to placement: ResolvedPlacement, in graph: Graph) -> [(Graph.PortIndex, Channel)] {
    let fromEdges = zip(graph.connections, edges).compactMap { connection, channel in
      channel.flatMap { placement.contains(connection.target.stage) ? (connection.target, $0) : nil }
    }
    let fromInputs = zip(graph.inputs, inputs).filter { placement.contains($0.0.stage) }
    return fromEdges + fromInputs
  }

  /// The channels that a placement feeds.
  func exits(from placement: ResolvedPlacement, in graph: Graph) -> [Channel] {
    zip(graph.connections, edges).compactMap { placement.contains($0.source.stage) ? $1 : nil }
  }

  /// Where an output port's tokens go, from a worker with these queues.
  func destinations(of port: Graph.PortIndex, in graph: Graph, queues: [Graph.PortIndex: Queue<Token>])
    -> [StageRunner.Destination]
  {
    var destinations: [StageRunner.Destination] = []
    for (connection, channel) in zip(graph.connections, edges) where connection.source == port {
      let isFeedback = !connection.initialItems.isEmpty
      if let channel {
        destinations.append(.channel(channel, isFeedback: isFeedback))
      } else if let queue = queues[connection.target] {
        destinations.append(.queue(queue, isFeedback: isFeedback))
      }
    }
    for (output, exposed) in graph.outputs.enumerated() where exposed == port {
      destinations.append(.result(output))
    }
    return destinations
  }
}
