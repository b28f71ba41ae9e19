/// What a plan is expected to do.
public struct Prediction: Sendable, Hashable {
  /// Seconds between items at full load; throughput is its inverse.
  public var interval: Double
  /// Seconds from an item's arrival to its answer when it waits for nobody, as part of full batches.
  public var latency: Double
  /// For each item; `nil` where nothing is known of watts.
  public var joules: Double?
  /// What bounds the throughput: a resource, or the first stage of the placement whose workers are too few.
  public var bottleneck: String

  public var throughput: Double { 1 / interval }

  package func value(of objective: Objective) -> Double {
    switch objective {
    case .throughput: interval
    case .latency: latency
    case .efficiency: joules ?? .infinity
    }
  }
}
