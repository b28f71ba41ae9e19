import Basics

/// The channels of a placed graph: one for each edge between placements, and one for each input. Executors
/// and simulations have channel types of their own.
package struct Wiring<EdgeChannel> {
  /// For each connection of the graph; `nil` inside a placement.
  package let edges: [EdgeChannel?]
  /// For each input of the graph; empty if a single worker is fed directly.
  package let inputs: [EdgeChannel]

  /// One worker without channels.
  init(joining graph: Graph) {
    edges = graph.connections.map { _ in nil }
    inputs = []
  }

  /// - Parameter make: makes the channel of a connection between placements, with room for so many tokens.
  package init(
    _ graph: Graph, _ placements: [ResolvedPlacement], capacity: Int, inputs: [EdgeChannel],
    make: (Graph.Connection, Int) -> EdgeChannel
  ) {
    edges = graph.connections.map { connection in
      if placements.contains(where: { $0.contains(connection) }) { return nil }
      return make(
        connection, graph.channelCapacity(of: connection, itemsInFlight: capacity, placements))
    }
    self.inputs = inputs
  }

  /// The target of a token.
  package enum Destination {
    /// An input port in the same worker.
    case port(Graph.PortIndex, isFeedback: Bool)
    /// Another worker.
    case channel(EdgeChannel, isFeedback: Bool)
    /// An output of the graph, by position.
    case result(Int)
  }

  /// The ports of a placement that channels feed.
  package func entrances(to placement: ResolvedPlacement, in graph: Graph) -> [(
    port: Graph.PortIndex, channel: EdgeChannel
  )] {
    let fromEdges = zip(graph.connections, edges).compactMap { connection, channel in
      channel.flatMap { placement.contains(connection.target.stage) ? (connection.target, $0) : nil }
    }
    let fromInputs = zip(graph.inputs, inputs).filter { placement.contains($0.0.stage) }
    return fromEdges + fromInputs
  }

  /// The channels that a placement feeds.
  func exits(from placement: ResolvedPlacement, in graph: Graph) -> [EdgeChannel] {
    zip(graph.connections, edges).compactMap { placement.contains($0.source.stage) ? $1 : nil }
  }

  /// The targets of an output port's tokens.
  package func destinations(of port: Graph.PortIndex, in graph: Graph) -> [Destination] {
    let edges = zip(graph.connections, edges).compactMap { connection, channel -> Destination? in
      guard connection.source == port else { return nil }
      let isFeedback = !connection.initialItems.isEmpty
      return channel.map { .channel($0, isFeedback: isFeedback) }
        ?? .port(connection.target, isFeedback: isFeedback)
    }
    return edges + graph.outputs.indices.filter { graph.outputs[$0] == port }.map { .result($0) }
  }
}

extension Wiring: Sendable where EdgeChannel: Sendable {}

extension Wiring<Channel> {
  /// Makes the channels, with the initial items in them.
  ///
  /// - Parameter continuations: see `Graph.continuations`.
  init(
    _ graph: Graph, _ placements: [ResolvedPlacement], continuations: [Int?], capacity: Int, gate: Gate,
    ambient: Item, time: any TimeSource
  ) {
    let inputs = graph.inputs.map { _ in Channel(capacity: capacity, behind: gate, time: time) }
    self.init(graph, placements, capacity: capacity, inputs: inputs) { connection, room in
      let channel = Channel(
        capacity: room,
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
  }
}

extension ResolvedPlacement {
  /// Whether both ends are in the placement.
  package func contains(_ connection: Graph.Connection) -> Bool {
    contains(connection.source.stage) && contains(connection.target.stage)
  }
}

extension Graph {
  /// For each placement, the later one that its threads may continue in; see `Continuation`.
  ///
  /// That one has a single worker, no batches and no other feeder. It always comes later, so that continuing
  /// ends.
  func continuations(of placements: [ResolvedPlacement]) -> [Int?] {
    placements.indices.map { index in
      guard !inputs.isEmpty else { return nil }
      return placements.indices.dropFirst(index + 1).first { next in
        let target = placements[next]
        let feeders = connections.filter {
          target.contains($0.target.stage) && !target.contains($0.source.stage)
        }
        return target.instances == 1 && target.batch == 1 && feeders.count == 1
          && placements[index].contains(feeders[0].source.stage)
          && feeders[0].initialItems.isEmpty
          && !inputs.contains { target.contains($0.stage) }
      }
    }
  }

  /// The capacity of a channel: a batch of iterations fits, so that a full channel never stops a schedule.
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
