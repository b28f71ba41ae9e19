import Kernels

/// Takes a random action with a chance that falls over time, and the policy's otherwise.
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
    for row in 0..<observations.rows {
      if random.nextDouble() < chance {
        actions[row, 0] = Float(random.integer(below: self.actions))
      } else {
        policy.act(observations.rows(row..<(row + 1)), into: actions.rows(row..<(row + 1)))
      }
    }
  }

  func explorationRate(at step: Int) -> Double? { schedule.value(at: step) }

  func save(to checkpoint: inout CheckpointWriter) {}
  func restore(from checkpoint: CheckpointReader) throws {}
}
