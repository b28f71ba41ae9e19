import Basics
import Synchronization

/// One unit of work on its way through a graph: a submission, and every token derived from it.
///
/// An item is finished when its last token is gone. Its completion is then called exactly once.
public final class Item: Sendable {
  public let id: UInt64
  public let arrival: Nanoseconds
  /// Whether this stands for all work outside submitted items: that of sources, and of tokens on edges with
  /// initial items. It is never finished.
  let isAmbient: Bool

  private let liveTokens: Atomic<Int>
  private let stopped = Atomic<Bool>(false)
  private let outcome: Locked<Outcome>

  private struct Outcome {
    var delivered: [(output: Int, order: UInt64, value: any Sendable)] = []
    var isInOrder = true
    var error: (any Error)?
    var result: ItemResult?
    let outputs: Int
    var completion: (@Sendable (ItemResult) -> Void)?
  }

  /// - Parameter tokens: the number of tokens at the start.
  init(
    id: UInt64, arrival: Nanoseconds, tokens: Int, outputs: Int,
    completion: (@Sendable (ItemResult) -> Void)? = nil
  ) {
    self.id = id
    self.arrival = arrival
    isAmbient = false
    liveTokens = Atomic(tokens)
    outcome = Locked(Outcome(outputs: outputs, completion: completion))
  }

  /// The item of all work outside submitted items.
  init(ambientSince arrival: Nanoseconds) {
    id = 0
    self.arrival = arrival
    isAmbient = true
    liveTokens = Atomic(0)
    outcome = Locked(Outcome(outputs: 0))
  }

  /// Stops the work on the item at the next stage. Its result has a `CancellationError`.
  public func cancel() { fail(CancellationError()) }

  /// Whether the item has failed or was cancelled, so that stages skip it.
  var isStopped: Bool { stopped.load(ordering: .acquiring) }

  /// Fails the item; the first error stays.
  func fail(_ error: any Error) {
    outcome.withLock { $0.error = $0.error ?? error }
    stopped.store(true, ordering: .releasing)
  }

  func deliver(_ value: any Sendable, to output: Int, order: UInt64) {
    guard !isAmbient else { return }
    outcome.withLock { outcome in
      if let last = outcome.delivered.last, last.order > order { outcome.isInOrder = false }
      outcome.delivered.append((output, order, value))
    }
  }

  func retain() {
    if !isAmbient { liveTokens.add(1, ordering: .relaxed) }
  }

  /// Gives up one token. The last one completes the item, and only then is `now` evaluated.
  func release(at now: @autoclosure () -> Nanoseconds) {
    guard !isAmbient, liveTokens.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
    let (result, completion) = outcome.withLock { outcome in
      let result = ItemResult(
        item: id, arrival: arrival, completion: now(), outputs: Self.outputs(&outcome), error: outcome.error)
      outcome.result = result
      return (result, outcome.completion.take())
    }
    completion?(result)
  }

  /// The delivered values, by output and in order: instances of a stage may have overtaken each other.
  private static func outputs(_ outcome: inout Outcome) -> [[any Sendable]] {
    var outputs = [[any Sendable]](repeating: [], count: outcome.outputs)
    if !outcome.isInOrder { outcome.delivered.sort { $0.order < $1.order } }
    for (output, _, value) in outcome.delivered { outputs[output].append(value) }
    outcome.delivered = []
    return outputs
  }

  /// The result, once the item is complete.
  var result: ItemResult? { outcome.withLock { $0.result } }

  /// The item's failure.
  var error: (any Error)? { outcome.withLock { $0.error } }
}

/// The result of one submitted item.
public struct ItemResult: Sendable {
  public let item: UInt64
  public let arrival: Nanoseconds
  public let completion: Nanoseconds
  /// For each output of the graph, the values that arrived there: one, or 0…N behind a variable rate.
  public let outputs: [[any Sendable]]
  /// The failure of a stage or `CancellationError`; `nil` on success.
  public let error: (any Error)?

  init(
    item: UInt64, arrival: Nanoseconds, completion: Nanoseconds, outputs: [[any Sendable]],
    error: (any Error)?
  ) {
    self.item = item
    self.arrival = arrival
    self.completion = completion
    self.outputs = outputs
    self.error = error
  }

  /// The result of a request that failed before any graph.
  public init(arrival: Nanoseconds, completion: Nanoseconds, error: any Error) {
    self.init(item: 0, arrival: arrival, completion: completion, outputs: [], error: error)
  }

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
