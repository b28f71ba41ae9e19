import Dataflow

/// What running a graph by a plan keeps busy: where each stage runs, and the part of that processor that it takes.
public struct ProcessorLoad: Sendable {
  /// For each stage of the graph, by its position.
  private var loads: [Int: (processor: String, part: Double)] = [:]

  /// - Throws: `PlanError`.
  public init(_ graph: Graph, plan: Plan, on platform: Platform = .local) throws {
    for placement in try plan.resolve(graph, on: platform) {
      for (index, stage) in placement.members.enumerated() {
        let device = placement.devices[index]
        let cores = placement.implementations[index].parallelism.cores(of: device)
        loads[stage] = (device.processor, Double(cores) / Double(device.cores))
      }
    }
  }

  /// How many seconds of each processor, with everything in it at work, were used so far.
  ///
  /// - Parameter occupancy: where the time of the workers went.
  public func busy(_ occupancy: Occupancy) -> [String: Double] {
    loads.reduce(into: [:]) {
      $0[$1.value.processor, default: 0] +=
        $1.value.part * Double(occupancy.stages[$1.key].compute) / 1e9
    }
  }
}
