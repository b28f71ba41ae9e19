/// A plan's performance in virtual time, after a first quarter that fills the queues.
public struct SimulationResult: Sendable, Hashable {
  /// The completed items of throughput, and the seconds that they took.
  public let items: Double
  public let seconds: Double
  /// Seconds from each item's arrival to its result, ascending; empty for a graph that feeds itself.
  public let latencies: [Double]
  /// For each processor and link, its busy part, 0…1.
  public let utilisation: [String: Double]
  /// Joules for each item; `nil` if the power is unknown.
  public let joules: Double?

  /// Items a second.
  public var throughput: Double { items / seconds }

  /// The latency quantile at `part`, 0…1, in seconds.
  public func latency(at part: Double) -> Double? {
    latencies.isEmpty ? nil : latencies[min(Int(part * Double(latencies.count)), latencies.count - 1)]
  }
}
