/// The rates of synchronous dataflow: actors with their firings in one iteration, and edges that carry tokens
/// between them. An actor is a stage, or a whole placement.
struct RateGraph {
  struct Edge {
    let source: Int
    let target: Int
    let produced: Int
    let consumed: Int
    let initial: Int
  }

  /// Consecutive firings of one actor.
  struct Run: Equatable {
    let actor: Int
    let count: Int
  }

  /// Each actor's firings in one iteration.
  let firings: [Int]
  let edges: [Edge]

  /// An order in which every token exists before it is taken; or the cycle that starves. Earlier actors come
  /// first, each as often in a row as possible.
  ///
  /// The class-S algorithm of Lee and Messerschmitt (1987): it finds an order if there is one.
  ///
  /// Complexity: O(runs × actors + firings × edges of an actor).
  func schedule() -> Result<[Run], Starved> {
    var incoming = firings.map { _ in [Int]() }
    var outgoing = incoming
    for (index, edge) in edges.enumerated() {
      incoming[edge.target].append(index)
      outgoing[edge.source].append(index)
    }
    var tokens = edges.map(\.initial)
    var remaining = firings
    var unfinished = firings.indices.filter { firings[$0] > 0 }
    var runs: [Run] = []
    while !unfinished.isEmpty {
      let before = runs.count
      for actor in unfinished {
        let count = incoming[actor].reduce(remaining[actor]) { min($0, tokens[$1] / edges[$1].consumed) }
        guard count > 0 else { continue }
        for edge in incoming[actor] { tokens[edge] -= count * edges[edge].consumed }
        for edge in outgoing[actor] { tokens[edge] += count * edges[edge].produced }
        remaining[actor] -= count
        runs.append(Run(actor: actor, count: count))
      }
      guard runs.count > before else {
        return .failure(
          Starved(
            cycle: cycle(from: unfinished[0]) { actor in
              incoming[actor].first { tokens[$0] < edges[$0].consumed }.map { edges[$0].source }
            }))
      }
      unfinished.removeAll { remaining[$0] == 0 }
    }
    return .success(runs)
  }

  /// Actors in a cycle, each waiting for the previous one.
  struct Starved: Error, Equatable {
    let cycle: [Int]
  }

  private func cycle(from start: Int, blocker: (Int) -> Int?) -> [Int] {
    var path = [start]
    while let next = blocker(path[path.count - 1]) {
      if let first = path.firstIndex(of: next) { return [next] + path[(first + 1)...].reversed() }
      path.append(next)
    }
    return path
  }

  /// The actors in topological order, earlier ones first. A cycle is broken at its earliest actor.
  ///
  /// Complexity: O(actors² + edges).
  static func order(_ actors: Int, edges: [(source: Int, target: Int)]) -> [Int] {
    var feeders = Array(repeating: 0, count: actors)
    var readers = Array(repeating: [Int](), count: actors)
    for (source, target) in edges where source != target {
      feeders[target] += 1
      readers[source].append(target)
    }
    var ordered: [Int] = []
    var remaining = Array(0..<actors)
    while !remaining.isEmpty {
      let next = remaining.remove(at: remaining.firstIndex { feeders[$0] == 0 } ?? 0)
      for reader in readers[next] { feeders[reader] -= 1 }
      ordered.append(next)
    }
    return ordered
  }
}
