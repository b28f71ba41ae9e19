/// An environment in the middle of an episode, with all state for the next step.
@usableFromInline
struct RunningEpisode<World: Environment>: Codable {
  @usableFromInline var environment: World
  @usableFromInline var random: RandomStream
  @usableFromInline var length = 0
  @usableFromInline var episodeReturn = 0.0

  @inlinable
  init(_ environment: World, random: RandomStream) {
    self.environment = environment
    self.random = random
  }
}
