import Basics

/// The channels of a running graph: one for each edge between placements, and one for each input.
struct Wiring: Sendable {
  /// For each placement the one behind it whose work its threads may continue, if there is one: see `Seat`.
  let continuations: [Int?]
  /// For each connection of the graph; `nil` where it stays inside a placement.
  let edges: [Channel?]
  /// For each input of the graph; none where the executor feeds its only worker directly.
  let inputs: [Channel]

  /// Everything in one worker: no channels.
  static func none(_ graph: Graph) -> Wiring {
    Wiring(continuations: [nil], edges: graph.connections.map { _ in nil }, inputs: [])
  }

  private init(continuations: [Int?], edges: [Channel?], inputs: [Channel]) {
    self.continuations = continuations
    self.edges = edges
    self.inputs = inputs
  }

  init(
    _ graph: Graph, _ placements: [ResolvedPlacement], capacity: Int, gate: Gate, ambient: Item,
    time: any TimeSource
  ) {
    let continuations = Self.continuations(graph, placements)
    self.continuations = continuations
    edges = graph.connections.map { connection in
      if placements.contains(where: { $0.contains(connection) }) { return nil }
      let channel = Channel(
        capacity: graph.channelCapacity(of: connection, itemsInFlight: capacity, placements),
        quietTokens: zip(placements, continuations).reduce(0) { tokens, pair in
          guard let next = pair.1.map({ placements[$0] }), next.contains(connection.target.stage),
            pair.0.contains(connection.source.stage)
          else { return tokens }
          return next.tokensPerIteration(into: connection.target, in: graph)
        }, time: time)
      for value in connection.initialItems {
        channel.send(Token(item: ambient, ready: time.now, order: 0, value: value))
      }
      return channel
    }
    inputs = graph.inputs.map { _ in Channel(capacity: capacity, behind: gate, time: time) }
  }

  /// A placement can be continued in if it is one worker, waits for no batches and is fed by nothing else. Only a later one,
  /// so that there is an end to it.
  private static func continuations(_ graph: Graph, _ placements: [ResolvedPlacement]) -> [Int?] {
    placements.indices.map { index in
      guard !graph.inputs.isEmpty else { return nil }
      return placements.indices.dropFirst(index + 1).first { next in
        let target = placements[next]
        let feeders = graph.connections.filter {
          target.contains($0.target.stage) && !target.contains($0.source.stage)
        }
        return target.instances == 1 && target.batch == 1 && feeders.count == 1
          && placements[index].contains(feeders[0].source.stage)
          && feeders[0].initialItems.isEmpty
          && !graph.inputs.contains { target.contains($0.stage) }
      }
    }
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

extension ResolvedPlacement {
  /// Whether both ends are in it.
  package func contains(_ connection: Graph.Connection) -> Bool {
    contains(connection.source.stage) && contains(connection.target.stage)
  }
}

extension Graph {
  /// Room for what one batch of iterations puts on an edge between placements, so that a full channel never stops a schedule.
  package func channelCapacity(
    of connection: Connection, itemsInFlight: Int, _ placements: [ResolvedPlacement]
  )
    -> Int
  {
    let source = stages[connection.source.stage].outputs[connection.source.port]
    let iteration = repetitions[connection.source.stage].count * source.rate.maximum
    let batch = placements.first { $0.contains(connection.source.stage) }?.batch ?? 1
    return max(itemsInFlight, iteration * batch) + connection.initialItems.count
  }
}
