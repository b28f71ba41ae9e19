import Dataflow
import Kernels

/// Steps on their way from an actor to the replay table: as many as are inserted at once.
final class StepBlock {
  let capacity: Int
  private(set) var count = 0
  /// `[capacity, observation size]`.
  let observations: Matrix
  /// `[capacity, action size]`, as the policy gives them.
  let actions: Matrix
  let nextObservations: Matrix
  private(set) var outcomes: [Outcome]

  struct Outcome {
    var environment = 0
    var reward: Float = 0
    var isTerminated = false
    var isTruncated = false
  }

  init(capacity: Int, spaces: Spaces) {
    self.capacity = capacity
    observations = Matrix(rows: capacity, columns: spaces.observation.size)
    actions = Matrix(rows: capacity, columns: spaces.action.size)
    nextObservations = Matrix(rows: capacity, columns: spaces.observation.size)
    outcomes = Array(repeating: Outcome(), count: capacity)
  }

  /// Completes the row at `count`, whose matrices' rows have been filled.
  func append(_ outcome: Outcome) {
    outcomes[count] = outcome
    count += 1
  }

  /// Hands all steps on, and is empty.
  func insert(into table: ReplayTable, by accumulator: NStepAccumulator) {
    for row in 0..<count {
      let outcome = outcomes[row]
      accumulator.add(
        environment: outcome.environment,
        observation: observations.view.pointer + row * observations.view.stride,
        action: actions.view.pointer + row * actions.view.stride, reward: outcome.reward,
        nextObservation: nextObservations.view.pointer + row * nextObservations.view.stride,
        isTerminated: outcome.isTerminated, isTruncated: outcome.isTruncated, to: table)
    }
    count = 0
  }
}
