@testable import Reinforcement

/// What one row of a replay table holds.
struct Transition {
  let observation, action: UnsafeBufferPointer<Float>
  let reward, discount: Float
  let nextObservation: UnsafeBufferPointer<Float>
}

extension ReplayTable {
  /// The transition in a row below `count`, valid until the row is overwritten.
  subscript(row: Int) -> Transition {
    precondition(row >= 0 && row < count, "no transition is in this row")
    let start = rows + row * layout.stride
    return Transition(
      observation: UnsafeBufferPointer(start: start, count: observationSize),
      action: UnsafeBufferPointer(start: start + layout.actionOffset, count: actionSize),
      reward: start[layout.rewardOffset], discount: start[layout.discountOffset],
      nextObservation: UnsafeBufferPointer(
        start: start + layout.nextObservationOffset, count: observationSize))
  }
}
