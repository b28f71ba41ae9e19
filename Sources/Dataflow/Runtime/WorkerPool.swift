import Synchronization

/// The workers of one placement. They take turns at its entrances; the last to leave tells the neighbours.
final class WorkerPool: Sendable {
  private let present: Atomic<Int>
  private let entrances: [Channel]
  private let exits: [Channel]
  /// Whether the graph has no inputs, so that closing the gate is the only way to end it.
  private let feedsItself: Bool
  private let gate: Gate
  private let ambient: Item
  private let turn = Monitor()
  /// The continuation of the neighbour that these workers may continue in; what they send there, they announce.
  private let next: Continuation?

  init(
    size: Int, entrances: [Channel], exits: [Channel], feedsItself: Bool, gate: Gate, ambient: Item,
    next: Continuation? = nil
  ) {
    present = Atomic(size)
    self.entrances = entrances
    self.exits = exits
    self.feedsItself = feedsItself
    self.gate = gate
    self.ambient = ambient
    self.next = next
  }

  /// Iterates until there is nothing more to do.
  func run(_ worker: Worker) {
    while isWanted {
      let iterations = takeIn(worker)
      guard iterations > 0 else { break }
      worker.iterate(iterations)
      next?.offer(whileWaiting: waiting)
    }
    worker.abandonRest()
    leave()
  }

  /// As `run`, for a worker that others may continue in.
  func run(in continuation: Continuation) {
    while isWanted, continuation.awaitWork() {
      if continuation.work() { next?.offer(whileWaiting: waiting) }
    }
    continuation.vacate()
    leave()
  }

  private func leave() {
    guard present.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
    for channel in exits { channel.close() }
    for channel in entrances { channel.cancel() }
  }

  /// Tokens at the entrances.
  private var waiting: Int { entrances.reduce(0) { $0 + $1.count } }

  /// Workers with entrances end when what feeds them does. Others must be told: in a graph that feeds itself by
  /// the gate, and sources beside submitted items only when nobody takes what they give any more, since the items
  /// accepted last may still need it.
  private var isWanted: Bool {
    if feedsItself { return !gate.isClosed && !ambient.isStopped }
    return !entrances.isEmpty || !gate.isClosed || !exits.allSatisfy(\.isClosed)
  }

  /// One worker at a time, so that tokens taken from several entrances belong together, and batches fill one after the other.
  private func takeIn(_ worker: Worker) -> Int {
    entrances.count > 1 || worker.state.batching.maximum > 1
      ? turn.withLock { worker.takeIn() } : worker.takeIn()
  }
}
