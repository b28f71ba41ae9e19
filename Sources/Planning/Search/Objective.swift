/// The aim of a plan.
public enum Objective: String, Sendable, Hashable, CaseIterable {
  /// Most items a second.
  case throughput
  /// Least time from a lone item's arrival to its result.
  case latency
  /// Least energy for an item.
  case efficiency
}
