/// How often each stage fires in one iteration of the graph: the smallest positive integers for which every edge
/// gets as many tokens as it gives (Lee and Messerschmitt, 1987).
///
/// A variable rate makes the count symbolic: downstream of a port that yields 0…N tokens, the count is multiplied
/// by the number that the port yielded, whatever it is. Two paths that meet must carry the same symbols.
///
/// Complexity: O(stages × connections).
public struct RepetitionVector: Sendable, Equatable {
  /// One stage's firings per iteration: `count` × the tokens yielded by each of the `variablePorts`.
  public struct Repetition: Sendable, Hashable {
    public let count: Int
    public let variablePorts: Set<Graph.PortIndex>

    /// Whether the number is known before the graph runs.
    public var isStatic: Bool { variablePorts.isEmpty }
  }

  private let repetitions: [Repetition]

  public subscript(stage: Int) -> Repetition { repetitions[stage] }
  public var counts: [Int] { repetitions.map(\.count) }

  init(_ topology: Topology) throws(GraphError) {
    let stages = topology.stages
    var symbols = [Set<Graph.PortIndex>?](repeating: nil, count: stages.count)
    var ratios = [Ratio?](repeating: nil, count: stages.count)
    var counts = [Int](repeating: 0, count: stages.count)

    for connection in topology.connections
    where topology.outputRate(connection).isVariable && topology.isInCycle(connection.source.stage) {
      let stage = stages[connection.source.stage]
      throw .variableRateInCycle(stage: stage.name, port: stage.outputs[connection.source.port].name)
    }

    // Variable rates flow downstream only, so symbols are found in topological order.
    for stage in topology.order(of: Array(stages.indices)) {
      for connection in topology.connections where connection.target.stage == stage {
        guard var carried = symbols[connection.source.stage] else { continue }
        if topology.outputRate(connection).isVariable { carried.insert(connection.source) }
        if let known = symbols[stage], known != carried {
          throw topology.inconsistency(connection, produced: carried, consumed: known)
        }
        symbols[stage] = carried
      }
      symbols[stage] = symbols[stage] ?? []
    }

    // Ratios spread from one stage of each connected component to the others; then the component is scaled to
    // the smallest integers.
    for root in stages.indices where ratios[root] == nil {
      ratios[root] = Ratio(1, 1)
      var component = [root]
      var next = 0
      while next < component.count {
        let stage = component[next]
        next += 1
        guard let ratio = ratios[stage] else { continue }
        for connection in topology.connections {
          let (source, target) = (connection.source.stage, connection.target.stage)
          guard source == stage || target == stage else { continue }
          let produced = topology.outputRate(connection).unit
          let consumed = topology.inputRate(connection)
          let neighbour = source == stage ? target : source
          guard
            let expected = source == stage
              ? ratio.scaled(by: produced, over: consumed) : ratio.scaled(by: consumed, over: produced)
          else { throw .ratesTooLarge(stage: stages[stage].name) }
          if let known = ratios[neighbour] {
            guard known == expected else {
              throw topology.inconsistency(connection, ratios: ratios)
            }
          } else {
            ratios[neighbour] = expected
            component.append(neighbour)
          }
        }
      }
      guard let scaled = Ratio.smallestIntegers(component.map { ratios[$0] ?? Ratio(1, 1) }),
        scaled.allSatisfy({ $0 <= Schedule.maximumFirings })
      else { throw .ratesTooLarge(stage: stages[root].name) }
      for (stage, count) in zip(component, scaled) { counts[stage] = count }
    }
    repetitions = zip(counts, symbols).map { Repetition(count: $0, variablePorts: $1 ?? []) }
  }
}

extension Rate {
  /// The number that rate equations are written with; for a variable rate the symbol stands for the rest.
  fileprivate var unit: Int { isVariable ? 1 : maximum }
}

extension Topology {
  fileprivate func inconsistency(_ connection: Graph.Connection, ratios: [Ratio?]) -> GraphError {
    let source = ratios[connection.source.stage] ?? Ratio(1, 1)
    let target = ratios[connection.target.stage] ?? Ratio(1, 1)
    return .inconsistentRates(
      source: name(connection.source, stages[connection.source.stage].outputs),
      target: name(connection.target, stages[connection.target.stage].inputs),
      produced: "\(source) × \(outputRate(connection))", consumed: "\(target) × \(inputRate(connection))")
  }

  fileprivate func inconsistency(
    _ connection: Graph.Connection, produced: Set<Graph.PortIndex>, consumed: Set<Graph.PortIndex>
  ) -> GraphError {
    func text(_ symbols: Set<Graph.PortIndex>) -> String {
      symbols.isEmpty
        ? "a fixed number of"
        : symbols.map {
          "(0…\(stages[$0.stage].outputs[$0.port].rate.maximum) from \(stages[$0.stage].name))"
        }
        .sorted().joined(separator: " × ")
    }
    return .inconsistentRates(
      source: name(connection.source, stages[connection.source.stage].outputs),
      target: name(connection.target, stages[connection.target.stage].inputs),
      produced: text(produced), consumed: text(consumed))
  }

  private func name(_ port: Graph.PortIndex, _ ports: [Port]) -> String {
    "\(stages[port.stage].name).\(ports[port.port].name)"
  }
}
