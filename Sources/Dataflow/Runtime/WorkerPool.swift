import Synchronization

/// The workers of one placement. They take turns at its entrances; the last to end closes the neighbouring
/// channels.
final class WorkerPool: Sendable {
  private let present: Atomic<Int>
  private let entrances: [Channel]
  private let exits: [Channel]
  /// Whether the graph has no inputs. Only closing the gate ends it then.
  private let feedsItself: Bool
  private let gate: Gate
  private let ambient: Item
  private let turn = Monitor()
  /// The neighbour's continuation, if these workers may continue there. Tokens sent there must be announced.
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

  /// Iterates until the end of input.
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

  /// As `run`, for a worker that other threads may continue in.
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

  /// Whether workers must go on. With entrances they end with their input. In a graph without inputs the gate
  /// ends them. Other sources end once their exits are closed, as the last accepted items may need their
  /// tokens.
  private var isWanted: Bool {
    if feedsItself { return !gate.isClosed && !ambient.isStopped }
    return !entrances.isEmpty || !gate.isClosed || !exits.allSatisfy(\.isClosed)
  }

  /// One worker at a time: tokens from several entrances belong together, and batches fill in turn.
  private func takeIn(_ worker: Worker) -> Int {
    entrances.count > 1 || worker.state.batching.maximum > 1
      ? turn.withLock { worker.takeIn() } : worker.takeIn()
  }
}
