/// The observations and actions of an agent.
public struct Spaces: Sendable, Hashable {
  public let observation: BoxSpace
  public let action: ActionSpace
  /// Steps after which an episode is truncated; `nil`: never.
  var maximumSteps: Int?

  public init(observation: BoxSpace, action: ActionSpace) {
    self.observation = observation
    self.action = action
  }
}

extension Spaces {
  init(of environment: some Environment) {
    self.init(observation: environment.observationSpace, action: environment.actionSpace)
    maximumSteps = environment.maximumEpisodeSteps
  }
}

extension VectorEnvironment {
  var spaces: Spaces { Spaces(observation: observationSpace, action: actionSpace) }
}
