import Reinforcement

/// An environment as a user would write one: counts down from a random number by the action, and ends at 0.
///
/// Observed: the number left, and a random number that comes with every step.
struct Countdown: Environment {
  static let id = "Countdown"

  private var left: Float = 0
  var maximumEpisodeSteps: Int? = 6

  var observationSpace: BoxSpace { BoxSpace(low: [0, 0], high: [10, 1]) }
  var actionSpace: ActionSpace { .discrete(3) }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    left = Float(1 + random.integer(below: 10))
    observation[0] = left
    observation[1] = Float(random.nextDouble())
  }

  mutating func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome {
    left = max(0, left - Float(action.discrete))
    observation[0] = left
    observation[1] = Float(random.nextDouble())
    return StepOutcome(reward: left / 2, isTerminated: left == 0)
  }
}
