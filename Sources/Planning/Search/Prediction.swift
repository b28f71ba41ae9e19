/// A plan's expected performance.
public struct Prediction: Sendable, Hashable {
  /// Seconds between items at full load; the inverse of throughput.
  public var interval: Double
  /// Seconds from an item's arrival to its result without queueing, in full batches.
  public var latency: Double
  /// Joules for each item; `nil` if the power is unknown.
  public var joules: Double?
  /// The bound of the throughput: a resource, or the first stage of the placement with too few workers.
  public var bottleneck: String

  /// Items a second.
  public var throughput: Double { 1 / interval }

  package func value(of objective: Objective) -> Double {
    switch objective {
    case .throughput: interval
    case .latency: latency
    case .efficiency: joules ?? .infinity
    }
  }
}
