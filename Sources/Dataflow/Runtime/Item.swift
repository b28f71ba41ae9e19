import Synchronization

/// One unit of work on its way through a graph: what was submitted, and everything that comes of it.
///
/// An item is finished when no token of it is left anywhere; then it is answered exactly once.
public final class Item: Sendable {
  public let id: UInt64
  public let arrival: Nanoseconds

  private let liveTokens = Atomic<Int>(0)
  private let stopped = Atomic<Bool>(false)
  private let outcome: Mutex<Outcome>

  private struct Outcome {
    var outputs: [[any Sendable]]
    var error: (any Error)?
    var completed: Nanoseconds?
    var completion: (@Sendable (ItemResult) -> Void)?
  }

  init(
    id: UInt64, arrival: Nanoseconds, outputs: Int, completion: (@Sendable (ItemResult) -> Void)? = nil
  ) {
    self.id = id
    self.arrival = arrival
    outcome = Mutex(
      Outcome(outputs: Array(repeating: [], count: outputs), completion: completion))
  }

  /// Work on the item stops at the next stage; it is answered with `CancellationError`.
  public func cancel() { fail(CancellationError()) }

  /// Whether stages should pass the item over because it has failed or was cancelled.
  var isStopped: Bool { stopped.load(ordering: .acquiring) }

  /// Fails the item; the first error stays.
  func fail(_ error: any Error) {
    outcome.withLock { $0.error = $0.error ?? error }
    stopped.store(true, ordering: .releasing)
  }

  func deliver(_ value: any Sendable, to output: Int) {
    outcome.withLock { $0.outputs[output].append(value) }
  }

  func retain(_ tokens: Int = 1) { liveTokens.add(tokens, ordering: .relaxed) }

  /// Gives up one token; the last one answers the item. `now` is the time at which it was consumed.
  func release(at now: Nanoseconds) {
    guard liveTokens.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
    let completion = outcome.withLock { outcome -> (@Sendable (ItemResult) -> Void)? in
      outcome.completed = now
      return outcome.completion.take()
    }
    if let completion, let result { completion(result) }
  }

  /// The answer, once there is one.
  var result: ItemResult? {
    outcome.withLock { outcome in
      outcome.completed.map {
        ItemResult(item: id, arrival: arrival, completion: $0, outputs: outcome.outputs, error: outcome.error)
      }
    }
  }

  /// Why the item has failed, if it has.
  var error: (any Error)? { outcome.withLock { $0.error } }
}

/// The answer to one submitted item.
public struct ItemResult: Sendable {
  public let item: UInt64
  public let arrival: Nanoseconds
  public let completion: Nanoseconds
  /// For each output of the graph the values that arrived there: one, or 0…N behind a variable rate.
  public let outputs: [[any Sendable]]
  /// Why there is no answer, if a stage failed or the item was cancelled.
  public let error: (any Error)?

  /// The only value of one output.
  public func output<Value>(_ index: Int = 0, as type: Value.Type = Value.self) throws -> Value {
    if let error { throw error }
    guard outputs.indices.contains(index), let first = outputs[index].first, let value = first as? Value
    else {
      throw RuntimeError.missingOutput(index: index, type: String(describing: type))
    }
    return value
  }
}
