import Basics
import CKernels
import Kernels

/// The latest transitions, as many as it has room for, from which a selector draws minibatches.
///
/// A ring: when it is full, a new transition takes the place of the oldest. A transition is one row of memory,
/// one cache line where it fits (see `TransitionLayout`). Used by one thread at a time; after `init` nothing
/// allocates.
public final class ReplayTable {
  public let capacity: Int
  public let observationSize: Int
  public let actionSize: Int
  public let selector: any Selector

  /// Rows that hold transitions.
  public private(set) var count = 0
  /// The row that the next transition goes into.
  public private(set) var position = 0

  /// How a row lies in `rows`.
  let layout: TransitionLayout
  let rows: UnsafeMutablePointer<Float>
  private let stride: Int
  private let memory: MappedMemory

  /// An empty table. Memory is taken as it is filled; `MemoryForecast` tells whether there will be enough.
  ///
  /// - Throws: `MemoryShortage` if the system refuses even to promise the memory.
  public init(
    capacity: Int, observationSize: Int, actionSize: Int, selector: any Selector = UniformSelector()
  ) throws {
    precondition(capacity > 0 && observationSize > 0 && actionSize > 0, "a table of nothing")
    self.capacity = capacity
    self.observationSize = observationSize
    self.actionSize = actionSize
    self.selector = selector
    layout = TransitionLayout(observationSize: observationSize, actionSize: actionSize)
    stride = layout.stride
    memory = try MappedMemory(byteCount: layout.bytes(rows: capacity))
    rows = memory.pointer.assumingMemoryBound(to: Float.self)
  }

  /// What a table takes when it is full; `Int.max` if that is more than can be counted.
  public static func bytesNeeded(capacity: Int, observationSize: Int, actionSize: Int) -> Int {
    TransitionLayout(observationSize: observationSize, actionSize: actionSize).bytes(rows: capacity)
  }
}

// MARK: - Insertion

extension ReplayTable {
  /// Keeps a transition; the pointers give `observationSize` and `actionSize` floats, which are copied.
  ///
  /// - Parameter discount: γ raised to the steps that it spans; 0 where the episode terminated.
  public func insert(
    observation: UnsafePointer<Float>, action: UnsafePointer<Float>, reward: Float, discount: Float,
    nextObservation: UnsafePointer<Float>
  ) {
    let row = position
    // Padding between rows is left alone, so it stays zero.
    let start = rows + row &* stride
    start.update(from: observation, count: observationSize)
    (start + layout.nextObservationOffset).update(from: nextObservation, count: observationSize)
    (start + layout.actionOffset).update(from: action, count: actionSize)
    start[layout.rewardOffset] = reward
    start[layout.discountOffset] = discount
    position = row + 1 == capacity ? 0 : row + 1
    count = max(count, row + 1)
    selector.didInsert(row..<row + 1)
  }
}

// MARK: - Sampling

extension ReplayTable {
  /// Fills the minibatch with `count` transitions that the selector chooses; with none while the table is empty.
  public func sample(into minibatch: Minibatch, count: Int, using random: inout RandomStream) {
    precondition(
      count <= minibatch.capacity && minibatch.observations.view.columns == observationSize
        && minibatch.actions.view.columns == actionSize, "a minibatch of another shape")
    minibatch.count = self.count == 0 ? 0 : count
    guard minibatch.count > 0 else { return }
    selector.select(count, of: self.count, into: minibatch, using: &random)
    ck_gather_transitions(
      rows, layout.c, minibatch.indices, count,
      ck_gather_destination(
        observations: minibatch.observations.view.pointer,
        next_observations: minibatch.nextObservations.view.pointer,
        observation_stride: minibatch.observations.view.stride,
        actions: minibatch.actions.view.pointer, action_stride: minibatch.actions.view.stride,
        rewards: minibatch.rewards, discounts: minibatch.discounts))
  }
}

// MARK: - Checkpoints

extension ReplayTable: Checkpointable {
  private struct State: Codable {
    var capacity, observationSize, actionSize, count, position: Int
  }

  /// Writes the rows that hold transitions, as they lie.
  public func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.put(
      "state",
      State(
        capacity: capacity, observationSize: observationSize, actionSize: actionSize, count: count,
        position: position))
    checkpoint.put("rows", floats: UnsafeBufferPointer(start: rows, count: count * stride))
    checkpoint.put("selector", selector)
  }

  public func restore(from checkpoint: CheckpointReader) throws {
    let state = try checkpoint.get("state", as: State.self)
    guard
      state.capacity == capacity, state.observationSize == observationSize, state.actionSize == actionSize
    else {
      throw checkpoint.refusal(
        "it was made with a replay table of \(state.capacity) transitions with \(state.observationSize) "
          + "observed numbers and \(state.actionSize) of an action; this one has \(capacity) with "
          + "\(observationSize) and \(actionSize)")
    }
    guard
      (0...capacity).contains(state.count),
      state.count == capacity ? (0..<capacity).contains(state.position) : state.position == state.count
    else {
      throw checkpoint.refusal(
        "\(state.count) transitions and position \(state.position) of a replay table contradict each other")
    }
    try checkpoint.get("rows", into: UnsafeMutableBufferPointer(start: rows, count: state.count * stride))
    try checkpoint.get("selector", selector)
    count = state.count
    position = state.position
  }
}
