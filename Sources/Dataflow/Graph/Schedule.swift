/// A static order of firings that, repeated for ever, keeps every edge bounded.
///
/// Within one iteration each stage fires as often as the repetition vector says. Stages that fire a number of
/// times known only at run time come last, each as long as its inputs last: a quasi-static schedule.
public struct Schedule: Sendable, Equatable {
  public enum Count: Sendable, Hashable {
    case times(Int)
    case whileAvailable
  }

  public struct Step: Sendable, Hashable {
    public let stage: Int
    public let count: Count
  }

  /// A bound on the firings in one iteration, so that absurd rates are refused and not executed.
  public static let maximumFirings = 1 << 20

  public let steps: [Step]

  /// Schedules some stages of a graph, as if edges from outside always had tokens.
  ///
  /// Complexity: O(steps × connections).
  init(of members: [Int], in topology: Topology, repetitions: RepetitionVector) throws(GraphError) {
    let order = topology.order(of: members)
    let base = order.map { repetitions[$0].variablePorts }.min { $0.count < $1.count } ?? []
    let fixed = order.filter { repetitions[$0].variablePorts == base }
    let divisor = fixed.map { repetitions[$0].count }.reduce(0, Ratio.greatestCommonDivisor)

    var remaining: [Int: Int] = [:]
    for stage in fixed { remaining[stage] = repetitions[stage].count / max(divisor, 1) }
    let inner = topology.connections.indices.filter {
      remaining[topology.connections[$0].source.stage] != nil
        && remaining[topology.connections[$0].target.stage] != nil
    }
    var tokens = topology.connections.map(\.initialItems.count)

    var steps: [Step] = []
    var progressed = true
    while progressed {
      progressed = false
      for stage in fixed {
        guard let wanted = remaining[stage], wanted > 0 else { continue }
        var count = wanted
        for edge in inner where topology.connections[edge].target.stage == stage {
          count = min(count, tokens[edge] / topology.inputRate(topology.connections[edge]))
        }
        guard count > 0 else { continue }
        for edge in inner {
          let connection = topology.connections[edge]
          if connection.target.stage == stage { tokens[edge] -= count * topology.inputRate(connection) }
          if connection.source.stage == stage {
            tokens[edge] += count * topology.outputRate(connection).maximum
          }
        }
        remaining[stage] = wanted - count
        steps.append(Step(stage: stage, count: .times(count)))
        progressed = true
      }
    }
    let starved = fixed.filter { remaining[$0] != 0 }
    guard starved.isEmpty else {
      throw .starvedCycle(
        stages: topology.cycle(among: starved) { connection in
          let edge = inner.first { topology.connections[$0].target == connection.target }
          return edge.map { tokens[$0] < topology.inputRate(connection) } ?? false
        })
    }
    steps += order.filter { repetitions[$0].variablePorts != base }
      .map { Step(stage: $0, count: .whileAvailable) }
    self.steps = steps
  }
}
