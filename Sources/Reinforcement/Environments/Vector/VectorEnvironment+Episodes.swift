import Kernels

/// The loops over the environments, compiled for their type: see `EpisodeOperations`.
extension VectorEnvironment {
  @inlinable
  func reset<World: Environment>(
    _ episodes: UnsafeMutableBufferPointer<RunningEpisode<World>>, seed: UInt64?
  ) {
    for index in 0..<count {
      if let seed { episodes[index].random = RandomStream(seed: seed &+ UInt64(index)) }
      begin(&episodes[index], observation: observations.view.row(index))
    }
    forgetLatestStep()
  }

  @inlinable
  func step<World: Environment>(
    _ episodes: UnsafeMutableBufferPointer<RunningEpisode<World>>, _ actions: MatrixView
  ) {
    finishedCount = 0
    for index in 0..<count {
      let row = observations.view.row(index)
      let episode = episodes.baseAddress.unsafelyUnwrapped + index
      var observation = row.mutableSpan
      let outcome = episode.pointee.environment.step(
        actions.row(index).span, using: &episode.pointee.random, observation: &observation)
      episode.pointee.length &+= 1
      episode.pointee.episodeReturn += Double(outcome.reward)
      let isTruncated = episode.pointee.length >= stepLimit
      rewardMemory[index] = outcome.reward
      terminatedMemory[index] = outcome.isTerminated
      truncatedMemory[index] = isTruncated
      if outcome.isTerminated || isTruncated {
        _ = finalObservations.view.row(index).update(fromContentsOf: row)
        finished[finishedCount] = FinishedEpisode(
          environment: index, episodeReturn: episode.pointee.episodeReturn, length: episode.pointee.length)
        finishedCount &+= 1
        begin(&episode.pointee, observation: row)
      }
    }
  }

  @inlinable
  func begin<World: Environment>(
    _ episode: inout RunningEpisode<World>, observation row: UnsafeMutableBufferPointer<Float>
  ) {
    episode.length = 0
    episode.episodeReturn = 0
    var observation = row.mutableSpan
    episode.environment.reset(using: &episode.random, observation: &observation)
  }
}
