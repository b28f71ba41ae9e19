import Synchronization

/// The workers of one placement. They take turns at its entrances; the last to leave tells the neighbours.
final class Crew: Sendable {
  private let present: Atomic<Int>
  private let entrances: [Channel]
  private let exits: [Channel]
  /// Whether the graph has no inputs, so that closing the gate is the only way to end it.
  private let feedsItself: Bool
  private let gate: Gate
  private let ambient: Item
  private let turn = Monitor(conditions: 0)

  init(
    size: Int, entrances: [Channel], exits: [Channel], feedsItself: Bool, gate: Gate, ambient: Item
  ) {
    present = Atomic(size)
    self.entrances = entrances
    self.exits = exits
    self.feedsItself = feedsItself
    self.gate = gate
    self.ambient = ambient
  }

  /// Iterates until there is nothing more to do.
  func run(_ worker: Worker) {
    while isWanted, takeIn(worker) { worker.iterate() }
    worker.abandonRest()
    guard present.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
    for channel in exits { channel.close() }
    for channel in entrances { channel.cancel() }
  }

  /// Workers with entrances end when what feeds them does. Others must be told: in a graph that feeds itself by
  /// the gate, and sources beside submitted items only when nobody takes what they give any more, since the items
  /// accepted last may still need it.
  private var isWanted: Bool {
    if feedsItself { return !gate.isClosed && !ambient.isStopped }
    return !entrances.isEmpty || !gate.isClosed || !exits.allSatisfy(\.isClosed)
  }

  /// One worker at a time, so that tokens taken from several entrances belong together.
  private func takeIn(_ worker: Worker) -> Bool { turn.withLock { worker.takeIn() } }
}
