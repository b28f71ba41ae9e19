import Basics

/// Implementations that a kind of device brings along, for stages of others: the stage says what it does, by a value of a type
/// of its own, and who registered for that type makes an implementation of it.
public enum DeviceImplementations {
  private struct Entry {
    let kind: DeviceKind
    let operation: Any.Type
    let make: @Sendable (any Sendable) -> Implementation?
  }

  private static let entries = Locked<[Entry]>([])

  /// Has stages that are made from now on be run by a kind of device, too. Once is enough.
  ///
  /// - Parameter make: the implementation; `nil` where the device can't do this one.
  public static func register<Operation: Sendable>(
    _ operation: Operation.Type, on kind: DeviceKind,
    make: @escaping @Sendable (Operation) -> Implementation?
  ) {
    entries.withLock { entries in
      guard !entries.contains(where: { $0.kind == kind && $0.operation == operation }) else { return }
      entries.append(
        Entry(kind: kind, operation: operation) { value in (value as? Operation).flatMap(make) })
    }
  }

  static func implementations(of operation: any Sendable) -> [Implementation] {
    entries.withLock { $0.filter { $0.operation == type(of: operation) } }.compactMap { $0.make(operation) }
  }
}
