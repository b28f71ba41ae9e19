/// The bare structure of a graph: who feeds whom. Shared by rate analysis, scheduling and planning.
struct Topology {
  let stages: [Stage]
  let connections: [Graph.Connection]

  func outputRate(_ connection: Graph.Connection) -> Rate {
    stages[connection.source.stage].outputs[connection.source.port].rate
  }

  func inputRate(_ connection: Graph.Connection) -> Int {
    stages[connection.target.stage].inputs[connection.target.port].rate.maximum
  }

  /// The stages in an order in which each comes after those that feed it, as far as cycles allow: edges with
  /// initial items don't count, and what remains of a cycle is broken at its first stage.
  ///
  /// Complexity: O(stages × connections).
  func order(of members: [Int]) -> [Int] {
    var ordered: [Int] = []
    var remaining = members
    while !remaining.isEmpty {
      let next =
        remaining.firstIndex { candidate in
          !connections.contains {
            $0.target.stage == candidate && $0.source.stage != candidate && $0.initialItems.isEmpty
              && remaining.contains($0.source.stage)
          }
        } ?? 0
      ordered.append(remaining.remove(at: next))
    }
    return ordered
  }

  /// How many items one iteration takes. An item puts one token on every input, so all inputs must agree.
  func itemsPerIteration(_ inputs: [Graph.PortIndex], _ repetitions: RepetitionVector) throws(GraphError)
    -> Int
  {
    var items = 0
    for input in inputs {
      let stage = stages[input.stage]
      let port = stage.inputs[input.port]
      let needed = repetitions[input.stage].count * port.rate.maximum
      guard repetitions[input.stage].isStatic, items == 0 || items == needed else {
        throw .inconsistentRates(
          source: "the graph's inputs", target: "\(stage.name).\(port.name)",
          produced: items == 0 ? "a fixed number of" : "\(items)",
          consumed: repetitions[input.stage].isStatic ? "\(needed)" : "a variable number of")
      }
      items = needed
    }
    return items
  }

  /// Whether the stage can be reached from itself, following edges of any kind.
  func isInCycle(_ stage: Int) -> Bool {
    var seen: Set<Int> = []
    var frontier = [stage]
    while let current = frontier.popLast() {
      for connection in connections where connection.source.stage == current {
        if connection.target.stage == stage { return true }
        if seen.insert(connection.target.stage).inserted { frontier.append(connection.target.stage) }
      }
    }
    return false
  }

  /// A cycle among the given stages, as their names in order. The stages must all wait for one another.
  func cycle(among members: [Int], blockedBy waits: (Graph.Connection) -> Bool) -> [String] {
    guard var current = members.first else { return [] }
    var path: [Int] = []
    while !path.contains(current) {
      path.append(current)
      guard
        let blocker = connections.first(where: {
          $0.target.stage == current && members.contains($0.source.stage) && waits($0)
        })
      else { break }
      current = blocker.source.stage
    }
    let start = path.firstIndex(of: current) ?? 0
    return path[start...].reversed().map { stages[$0].name }
  }
}
