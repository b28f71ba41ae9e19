import Synchronization

/// Item numbers, unique among all executors that share a recorder.
final class ItemCounter: Sendable {
  private let last = Atomic<UInt64>(0)

  /// From 1; 0 stands for work outside submitted items.
  func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
