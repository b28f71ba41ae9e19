import Reinforcement

/// Does nothing: what a step of it costs is what the vector costs. As a user's own, it is of another module.
struct Idle: Environment {
  static let id = "(idle)"

  var observationSpace: BoxSpace { BoxSpace(size: 1, low: 0, high: 1) }
  var actionSpace: ActionSpace { .discrete(2) }
  var maximumEpisodeSteps: Int? { 500 }

  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    observation[0] = 0
  }

  mutating func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome {
    observation[0] = action[0]
    return StepOutcome(reward: 1)
  }
}
