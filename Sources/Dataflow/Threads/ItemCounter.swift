import Synchronization

/// Numbers items, those of all executors that share a recorder apart from each other.
final class ItemCounter: Sendable {
  private let last = Atomic<UInt64>(0)

  /// From 1; 0 stands for what belongs to no item.
  func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
