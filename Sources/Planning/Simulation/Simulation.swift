import Dataflow

/// Executes a plan in virtual time: the workers, bounded channels, entrance gate and batches of the runtime,
/// over shared processors and links. No stage runs; its resources are occupied for the time in the cost
/// model.
///
/// Items arrive as fast as the entrance admits them (a closed loop at full load). A stage with 0…N tokens
/// gives N. The same plan and costs give the same result, to the bit.
public struct Simulation {
  let graph: Graph
  let plan: Plan
  let platform: Platform
  let costs: any CostModel
  /// The work of one iteration of the graph, in items of throughput.
  let itemsPerIteration: Double

  /// - Parameter itemsPerIteration: in items of throughput; the graph's items if `nil`.
  public init(
    _ graph: Graph, plan: Plan, on platform: Platform, by costs: any CostModel,
    itemsPerIteration: Double? = nil
  ) {
    self.graph = graph
    self.plan = plan
    self.platform = platform
    self.costs = costs
    self.itemsPerIteration = itemsPerIteration ?? Double(max(graph.itemsPerIteration, 1))
  }

  /// A simulation of a plan with the planner's costs.
  public init(_ planner: Planner, plan: Plan) {
    self.init(
      planner.graph, plan: plan, on: planner.platform, by: planner.costs,
      itemsPerIteration: planner.itemsPerIteration)
  }

  /// - Parameter iterations: of the graph; if `nil`, enough to fill all queues many times.
  /// - Throws: `PlanError`, or `SimulationError` if a cost is unknown.
  public func run(iterations: Int? = nil) throws -> SimulationResult {
    let placements = try plan.resolve(graph, on: platform)
    let machine = try SimulatedMachine(self, placements)
    let perIteration = max(graph.itemsPerIteration, 1)
    let automatic = graph.inputs.isEmpty ? 200 : max(2000, 40 * plan.queueCapacity) / perIteration
    return try machine.run(iterations: max(iterations ?? automatic, 2))
  }
}

/// The reason why a plan can't be simulated.
public enum SimulationError: Error, Sendable, Equatable, CustomStringConvertible {
  case unknownCost(stage: String, device: String, reason: String)
  case noWay(stage: String, source: String, device: String)
  case stuck(done: Int, of: Int)

  public var description: String {
    switch self {
    case .unknownCost(let stage, let device, let reason):
      "the time of stage '\(stage)' on '\(device)' is unknown: \(reason)"
    case .noWay(let stage, let source, let device):
      "the time to move the input of stage '\(stage)' from '\(source)' to '\(device)' is unknown; "
        + "link them under 'links'"
    case .stuck(let done, let all): "the plan got stuck after \(done) of \(all) iterations"
    }
  }
}
