import Basics

/// A static order of firings that keeps every edge bounded when repeated for ever.
///
/// Within one iteration each stage fires as often as the repetition vector says. Stages with a number of
/// firings known only at run time come last, each until its inputs run out: a quasi-static schedule.
public struct Schedule: Sendable, Equatable {
  /// The firings of a stage before the next stage.
  public enum Count: Sendable, Hashable {
    case times(Int)
    case whileAvailable
  }

  /// Consecutive firings of one stage.
  public struct Step: Sendable, Hashable {
    public let stage: Int
    public let count: Count
  }

  /// A bound on an iteration's firings, and on its tokens over one edge: absurd rates are refused.
  public static let maximumFirings = 1 << 20

  public let steps: [Step]

  /// Schedules some stages of a graph. Edges from outside count as always full.
  init(of members: [Int], in topology: Topology, repetitions: RepetitionVector) throws(GraphError) {
    let order = topology.order(of: members)
    let base = order.map { repetitions[$0].variablePorts }.min { $0.count < $1.count } ?? []
    // Stages in a fixed ratio to each other have a static order, even if its repetitions are unknown.
    var steps = try Self.steps(order.filter { repetitions[$0].variablePorts == base }, topology, repetitions)
    let others = order.filter { repetitions[$0].variablePorts != base }
    var unchecked = others
    while let symbols = unchecked.first.map({ repetitions[$0].variablePorts }) {
      _ = try Self.steps(unchecked.filter { repetitions[$0].variablePorts == symbols }, topology, repetitions)
      unchecked.removeAll { repetitions[$0].variablePorts == symbols }
    }
    steps += others.map { Step(stage: $0, count: .whileAvailable) }
    self.steps = steps
  }

  private static func steps(_ stages: [Int], _ topology: Topology, _ repetitions: RepetitionVector)
    throws(GraphError) -> [Step]
  {
    let position = Dictionary(uniqueKeysWithValues: stages.enumerated().map { ($1, $0) })
    let divisor = stages.map { repetitions[$0].count }.reduce(0, greatestCommonDivisor)
    let rates = RateGraph(
      firings: stages.map { repetitions[$0].count / max(divisor, 1) },
      edges: topology.connections.compactMap { connection in
        guard let source = position[connection.source.stage], let target = position[connection.target.stage]
        else { return nil }
        return RateGraph.Edge(
          source: source, target: target, produced: topology.outputRate(connection).maximum,
          consumed: topology.inputRate(connection), initial: connection.initialItems.count)
      })
    switch rates.schedule() {
    case .success(let runs): return runs.map { Step(stage: stages[$0.actor], count: .times($0.count)) }
    case .failure(let starved):
      throw .starvedCycle(stages: starved.cycle.map { topology.stages[stages[$0]].name })
    }
  }
}
