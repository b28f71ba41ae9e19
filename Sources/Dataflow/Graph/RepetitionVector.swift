/// Each stage's firings in one iteration of the graph: the smallest positive integers that balance every edge
/// (Lee and Messerschmitt, 1987).
///
/// A variable rate makes the count symbolic. Downstream of a port with 0…N tokens, stages fire in proportion
/// to the tokens emitted. Two paths that meet must carry the same symbols.
///
/// Complexity: O(stages × connections).
public struct RepetitionVector: Sendable, Equatable {
  /// One stage's firings: `count` in each iteration. Behind `variablePorts` it is a proportion between the
  /// stages behind the same ports.
  public struct Repetition: Sendable, Hashable {
    public let count: Int
    public let variablePorts: Set<Graph.PortIndex>

    /// Whether the number is known before the graph runs.
    public var isStatic: Bool { variablePorts.isEmpty }
  }

  private let repetitions: [Repetition]
  /// The items that one iteration takes in; 0 for a graph without inputs.
  let items: Int

  public subscript(stage: Int) -> Repetition { repetitions[stage] }
  public var counts: [Int] { repetitions.map(\.count) }

  init(_ topology: Topology) throws(GraphError) {
    let symbols = try topology.symbols()
    let counts = try topology.firings()
    repetitions = zip(counts, symbols).map { Repetition(count: $0, variablePorts: $1) }
    items = topology.inputs.isEmpty ? 0 : counts[topology.stages.count]
  }
}

extension Topology {
  /// For each stage, the ports of variable rate that determine its firings.
  fileprivate func symbols() throws(GraphError) -> [Set<Graph.PortIndex>] {
    for connection in connections
    where outputRate(connection).isVariable
      && reachable(from: connection.source.stage).contains(connection.source.stage)
    {
      let stage = stages[connection.source.stage]
      throw .variableRateInCycle(stage: stage.name, port: stage.outputs[connection.source.port].name)
    }
    // Variable rates flow downstream only. One pass in dataflow order finds the symbols, and a second one
    // compares both ends of every edge.
    var symbols = [Set<Graph.PortIndex>?](repeating: nil, count: stages.count)
    for input in inputs { symbols[input.stage] = [] }
    for stage in order(of: Array(stages.indices)) where symbols[stage] == nil {
      let feeder = connections.first { $0.target.stage == stage && symbols[$0.source.stage] != nil }
      symbols[stage] = feeder.map { carried(by: $0, symbols) } ?? []
    }
    for connection in connections {
      let known = symbols[connection.target.stage] ?? []
      let carried = carried(by: connection, symbols)
      guard carried == known else {
        throw .inconsistentRates(
          source: name(ofOutput: connection.source), target: name(ofInput: connection.target),
          produced: text(carried), consumed: text(known))
      }
    }
    return symbols.map { $0 ?? [] }
  }

  private func carried(by connection: Graph.Connection, _ symbols: [Set<Graph.PortIndex>?]) -> Set<
    Graph.PortIndex
  > {
    let symbols = symbols[connection.source.stage] ?? []
    return outputRate(connection).isVariable ? symbols.union([connection.source]) : symbols
  }

  private func text(_ symbols: Set<Graph.PortIndex>) -> String {
    symbols.isEmpty
      ? "a fixed number"
      : symbols.map { "(\(rate(ofOutput: $0)) from \(stages[$0.stage].name))" }.sorted().joined(
        separator: " × ")
  }

  /// The smallest integers that balance every edge: each stage's firings, then the entering items. An item
  /// puts one token on every input, as a stage would. A token from a variable-rate port counts as a firing of
  /// an unknown stage.
  fileprivate func firings() throws(GraphError) -> [Int] {
    struct Balance {
      let source: Int
      let target: Int
      let produced: Int
      let consumed: Int
      let names: (source: String, target: String)
    }
    var actors = stages.count + 1
    var actorOf: [Graph.PortIndex: Int] = [:]
    for connection in connections
    where outputRate(connection).isVariable && actorOf[connection.source] == nil {
      actorOf[connection.source] = actors
      actors += 1
    }
    var links = connections.map { connection in
      Balance(
        source: actorOf[connection.source] ?? connection.source.stage, target: connection.target.stage,
        produced: outputRate(connection).isVariable ? 1 : outputRate(connection).maximum,
        consumed: inputRate(connection),
        names: (name(ofOutput: connection.source), name(ofInput: connection.target)))
    }
    links += inputs.map { input in
      Balance(
        source: stages.count, target: input.stage, produced: 1, consumed: rate(ofInput: input),
        names: ("the graph's inputs", name(ofInput: input)))
    }
    var linksOf = Array(repeating: [Int](), count: actors)
    for (index, link) in links.enumerated() {
      linksOf[link.source].append(index)
      linksOf[link.target].append(index)
    }

    // Ratios spread from one stage of each connected component, which is then scaled to the smallest
    // integers.
    var ratios = [Ratio?](repeating: nil, count: actors)
    var counts = [Int](repeating: 0, count: actors)
    var total = 0
    for root in ratios.indices where ratios[root] == nil {
      ratios[root] = Ratio(1, 1)
      var component = [(actor: root, ratio: Ratio(1, 1))]
      var next = 0
      while next < component.count {
        let (actor, ratio) = component[next]
        next += 1
        for link in linksOf[actor].map({ links[$0] }) {
          let isSource = link.source == actor
          let neighbour = isSource ? link.target : link.source
          guard
            let expected = isSource
              ? ratio.scaled(by: link.produced, over: link.consumed)
              : ratio.scaled(by: link.consumed, over: link.produced)
          else { throw .ratesTooLarge(stage: stages[min(actor, neighbour)].name) }
          if let known = ratios[neighbour] {
            guard known == expected else {
              throw .inconsistentRates(
                source: link.names.source, target: link.names.target,
                produced: "\(ratios[link.source] ?? ratio) × \(link.produced)",
                consumed: "\(ratios[link.target] ?? ratio) × \(link.consumed)")
            }
          } else {
            ratios[neighbour] = expected
            component.append((neighbour, expected))
          }
        }
      }
      let isItems = root == stages.count
      let scaled = Ratio.smallestIntegers(component.map(\.ratio))
      for ((actor, _), count) in zip(component, scaled ?? []) {
        counts[actor] = count
        total = total.addingReportingOverflow(count).partialValue
      }
      guard scaled?.allSatisfy({ $0 <= Schedule.maximumFirings }) ?? false, total <= Schedule.maximumFirings
      else { throw .ratesTooLarge(stage: stages[isItems ? 0 : root].name) }
    }
    for connection in connections
    where counts[connection.source.stage] * outputRate(connection).maximum > Schedule.maximumFirings {
      throw .ratesTooLarge(stage: stages[connection.source.stage].name)
    }
    return counts
  }
}
