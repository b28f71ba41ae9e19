import Dataflow
import Kernels

/// Steps on their way from an actor to the replay table, for a joint insertion.
package final class StepBlock {
  package private(set) var count = 0
  /// `[capacity, observation size]`.
  package let observations: Matrix
  /// `[capacity, action size]`, in the policy's form.
  package let actions: Matrix
  package let nextObservations: Matrix
  private var outcomes: [Outcome]

  /// A step's outcome besides the next observation.
  package struct Outcome {
    let environment: Int
    let reward: Float
    let isTerminated, isTruncated: Bool

    package init(
      environment: Int = 0, reward: Float = 0, isTerminated: Bool = false, isTruncated: Bool = false
    ) {
      self.environment = environment
      self.reward = reward
      self.isTerminated = isTerminated
      self.isTruncated = isTruncated
    }
  }

  package init(capacity: Int, spaces: Spaces) {
    observations = Matrix(rows: capacity, columns: spaces.observation.size)
    actions = Matrix(rows: capacity, columns: spaces.action.size)
    nextObservations = Matrix(rows: capacity, columns: spaces.observation.size)
    outcomes = Array(repeating: Outcome(), count: capacity)
  }

  /// Completes the row at `count`, after its matrices' rows have been filled.
  package func append(_ outcome: Outcome) {
    outcomes[count] = outcome
    count += 1
  }

  /// Passes all steps on, and empties the block.
  package func insert(into table: ReplayTable, by accumulator: NStepAccumulator) {
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
