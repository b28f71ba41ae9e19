import Dataflow
import Planning

/// The state of a hosted pipeline at a moment.
struct PipelineSnapshot: Sendable {
  struct Queue: Sendable {
    /// The first stage behind the queue.
    let stage: String
    let length: Int
  }

  let name: String
  let version: Int
  let plan: Plan
  /// The prediction for the plan, where it was measured.
  let prediction: Prediction?
  /// Requests accepted and not yet completed.
  let inFlight: Int
  let queues: [Queue]
  /// The activity of each stage, in the graph's order.
  let occupancy: Occupancy
  let batchSizes: [BatchSizes]

  var stages: [String] { occupancy.stages.map(\.name) }

  /// The placement whose workers have been busiest, by its first stage; `nil` before the first request.
  var busiest: String? {
    func busy(_ placement: Placement) -> Double {
      let time = occupancy.stages.filter { placement.stages.contains($0.name) }.reduce(0) {
        $0 + $1.compute + $1.transfer
      }
      return Double(time) / Double(placement.instances)
    }
    guard let busiest = plan.placements.max(by: { busy($0) < busy($1) }), busy(busiest) > 0 else {
      return nil
    }
    // The most expensive of its stages.
    return occupancy.stages.filter { busiest.stages.contains($0.name) }.max { $0.compute < $1.compute }?.name
  }
}
