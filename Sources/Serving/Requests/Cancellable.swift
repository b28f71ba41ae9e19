import Dataflow

/// Work that can be cancelled.
protocol Cancellable: Sendable {
  /// Stops it, or prevents its start.
  func cancel()
}

/// Work that always runs to its end.
struct Uncancellable: Cancellable {
  func cancel() {}
}

extension Item: Cancellable {}
