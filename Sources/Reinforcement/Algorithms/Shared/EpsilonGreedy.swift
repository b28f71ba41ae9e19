import Kernels

/// A random action with a chance that falls over time, and the policy's otherwise.
final class EpsilonGreedy: Behaviour {
  private let policy: any Policy
  private let actions: Int
  private let schedule: LinearSchedule

  init(_ policy: any Policy, actions: Int, schedule: LinearSchedule) {
    self.policy = policy
    self.actions = actions
    self.schedule = schedule
  }

  func act(
    _ observations: MatrixView, step: Int, into actions: MatrixView, using random: inout RandomStream
  ) {
    let chance = schedule.value(at: step)
    // The random actions' numbers; −1 for the policy's action.
    withUnsafeTemporaryAllocation(of: Float.self, capacity: observations.rows) { chosen in
      for row in 0..<observations.rows {
        let isRandom = random.nextDouble() < chance
        chosen.initializeElement(at: row, to: isRandom ? Float(random.integer(below: self.actions)) : -1)
      }
      if chosen.contains(-1) { policy.act(observations, into: actions) }
      for row in 0..<observations.rows where chosen[row] >= 0 { actions[row, 0] = chosen[row] }
    }
  }

  func explorationRate(at step: Int) -> Double? { schedule.value(at: step) }

  func save(to checkpoint: inout CheckpointWriter) {}
  func restore(from checkpoint: CheckpointReader) throws {}
}
