/// What a plan did in virtual time, after a quarter of it in which queues filled.
public struct SimulationResult: Sendable, Hashable {
  /// Items done, in the unit that throughput is told in, and the seconds that they took.
  public let items: Double
  public let seconds: Double
  /// Seconds from each item's arrival to its answer, ascending; empty for a graph that feeds itself.
  public let latencies: [Double]
  /// For each processor and link, the part of it that was at work.
  public let utilisation: [String: Double]
  /// For each item; `nil` where nothing is known of watts.
  public let joules: Double?

  public var throughput: Double { items / seconds }

  /// The latency that a part of the items, 0…1, don't exceed.
  public func latency(at part: Double) -> Double? {
    latencies.isEmpty ? nil : latencies[min(Int(part * Double(latencies.count)), latencies.count - 1)]
  }
}
