import Basics
import CKernels
import Kernels

/// The latest transitions, up to a capacity. A selector draws minibatches from them.
///
/// A ring: once it is full, a new transition replaces the oldest. A transition is one row of memory, within
/// one cache line if it fits (see `TransitionLayout`). Used by one thread at a time; nothing allocates after
/// `init`.
public final class ReplayTable {
  public let capacity: Int
  public let observationSize: Int
  public let actionSize: Int
  public let selector: any Selector

  /// Rows that hold transitions.
  public private(set) var count = 0
  /// The row of the next transition.
  public private(set) var position = 0

  /// The layout of a row in `rows`.
  let layout: TransitionLayout
  let rows: UnsafeMutablePointer<Float>
  private let stride: Int
  private let memory: MappedMemory

  /// Makes an empty table. The system provides memory as it is filled; `MemoryForecast` predicts a shortage.
  ///
  /// - Throws: `MemoryShortage` if the system refuses even to reserve the memory.
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

  /// The bytes of a full table; `Int.max` if that overflows.
  public static func bytesNeeded(capacity: Int, observationSize: Int, actionSize: Int) -> Int {
    TransitionLayout(observationSize: observationSize, actionSize: actionSize).bytes(rows: capacity)
  }
}

// MARK: - Insertion

extension ReplayTable {
  /// Inserts a transition. The pointers' `observationSize` and `actionSize` floats are copied.
  ///
  /// - Parameter discount: γ raised to the steps that it spans; 0 after a termination.
  public func insert(
    observation: UnsafePointer<Float>, action: UnsafePointer<Float>, reward: Float, discount: Float,
    nextObservation: UnsafePointer<Float>
  ) {
    let row = position
    // Padding between rows stays untouched, and so zero.
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
  /// Fills the minibatch with `count` transitions by the selector; with none while the table is empty.
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

  /// Writes the filled rows as in memory.
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
