import Dataflow

/// The processors' load by a plan: each stage's processor, and the part of it that a firing keeps busy.
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

  /// Each processor's seconds at full load.
  ///
  /// - Parameter occupancy: the workers' occupancy.
  public func busy(_ occupancy: Occupancy) -> [String: Double] {
    loads.reduce(into: [:]) {
      $0[$1.value.processor, default: 0] +=
        $1.value.part * Double(occupancy.stages[$1.key].compute) / 1e9
    }
  }
}
