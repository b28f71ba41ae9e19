/// An episode that has ended.
public struct FinishedEpisode: Sendable, Hashable {
  /// The position of its environment.
  public let environment: Int
  /// The undiscounted sum of its rewards.
  public let episodeReturn: Double
  /// The number of its steps.
  public let length: Int

  @inlinable
  public init(environment: Int, episodeReturn: Double, length: Int) {
    self.environment = environment
    self.episodeReturn = episodeReturn
    self.length = length
  }
}
