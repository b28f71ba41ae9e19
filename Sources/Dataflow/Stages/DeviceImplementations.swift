import Basics

/// Implementations that a kind of device adds to stages of other targets. A stage describes its operation by
/// a value of its own type; the registration for that type makes the implementation.
public enum DeviceImplementations {
  private struct Entry {
    let kind: DeviceKind
    let operation: Any.Type
    let make: @Sendable (any Sendable) -> Implementation?
  }

  private static let entries = Locked<[Entry]>([])

  /// Registers a device kind's implementation of an operation, for stages made from now on; later calls for
  /// the same pair do nothing.
  ///
  /// - Parameter make: returns `nil` if the device can't run this operation.
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
