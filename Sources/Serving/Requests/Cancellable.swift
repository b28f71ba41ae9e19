import Dataflow

/// Work that nobody may want any more.
protocol Cancellable: Sendable {
  /// Stops it, or doesn't begin it.
  func cancel()
}

/// Work that ends by itself, whoever wants it.
struct Uncancellable: Cancellable {
  func cancel() {}
}

extension Item: Cancellable {}
