/// An episode that has ended.
public struct FinishedEpisode: Sendable, Hashable {
  /// Which of the environments it was played in.
  public let environment: Int
  /// The sum of its rewards, not discounted.
  public let episodeReturn: Double
  /// Its steps.
  public let length: Int

  @inlinable
  public init(environment: Int, episodeReturn: Double, length: Int) {
    self.environment = environment
    self.episodeReturn = episodeReturn
    self.length = length
  }
}
