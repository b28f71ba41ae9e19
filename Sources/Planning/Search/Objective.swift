/// What a plan is chosen for.
public enum Objective: String, Sendable, Hashable, CaseIterable {
  /// Most items a second.
  case throughput
  /// Least time from an item's arrival to its answer, when it is alone.
  case latency
  /// Least energy for an item.
  case efficiency
}
