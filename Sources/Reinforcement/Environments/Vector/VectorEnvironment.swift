import Kernels

/// Environments of one kind that are stepped together, in place, and begin anew by themselves.
///
/// When an episode ends in a step, the next one begins in the same step (Gymnasium's `AutoresetMode.SAME_STEP`):
/// `observations` then has the first observation of the new episode, and `finalObservations` the last one of the old,
/// which is what the step's transition led to. The transition's next observation is `nextObservation(i)` in any case:
///
///     let vector = VectorEnvironment(CartPole(), count: 8)
///     vector.reset(seed: 7)
///     vector.step(actions)  // [8, 1]
///     for i in 0..<vector.count where vector.terminated[i] { … }
///
/// Environment i draws from a stream of its own, seeded with `seed + i` as Gymnasium's vector environments are; later
/// episodes go on with it. Nothing allocates after `init`. Used by one thread at a time; what it shows is valid until
/// the next step.
public final class VectorEnvironment {
  public let id: String
  public let observationSpace: BoxSpace
  public let actionSpace: ActionSpace
  /// Steps after which an episode is truncated; `nil` if it never is.
  public let maximumEpisodeSteps: Int?
  /// How many environments.
  public let count: Int

  /// What each environment shows now: `[count, observation size]`.
  public let observations: Matrix
  /// `[count, observation size]`; row i is valid if the latest step ended the episode in environment i.
  public let finalObservations: Matrix
  /// The latest step's rewards.
  public let rewards: UnsafeBufferPointer<Float>
  /// Whether the latest step ended the episode by the environment's own rules.
  public let terminated: UnsafeBufferPointer<Bool>
  /// Whether the latest step was the last that an episode may have. It may have terminated too; then that counts.
  public let truncated: UnsafeBufferPointer<Bool>
  /// The episodes that the latest step ended, by rising number of environment.
  public var finishedEpisodes: UnsafeBufferPointer<FinishedEpisode> {
    UnsafeBufferPointer(start: finished.baseAddress, count: finishedCount)
  }

  // The memory behind what is shown above, `count` elements each; allocated in `init`, freed in `deinit`.
  @usableFromInline let rewardMemory: UnsafeMutableBufferPointer<Float>
  @usableFromInline let terminatedMemory: UnsafeMutableBufferPointer<Bool>
  @usableFromInline let truncatedMemory: UnsafeMutableBufferPointer<Bool>
  @usableFromInline let finished: UnsafeMutableBufferPointer<FinishedEpisode>
  // Not checked: it changes in `reset` and `step` alone, which call nothing that reads it.
  @exclusivity(unchecked) @usableFromInline var finishedCount = 0
  @usableFromInline let stepLimit: Int
  @usableFromInline let actionSize: Int
  @usableFromInline let operations: EpisodeOperations

  /// `count` copies of an environment; they want a `reset` before the first step.
  @inlinable
  public init<World: Environment>(_ environment: World, count: Int) {
    precondition(count > 0, "a vector of no environments")
    id = World.id
    observationSpace = environment.observationSpace
    actionSpace = environment.actionSpace
    maximumEpisodeSteps = environment.maximumEpisodeSteps
    stepLimit = environment.maximumEpisodeSteps ?? .max
    self.count = count
    actionSize = environment.actionSpace.size
    observations = Matrix(rows: count, columns: environment.observationSpace.size)
    finalObservations = Matrix(rows: count, columns: environment.observationSpace.size)

    rewardMemory = .allocate(capacity: count)
    rewardMemory.initialize(repeating: 0)
    rewards = UnsafeBufferPointer(rewardMemory)
    terminatedMemory = .allocate(capacity: count)
    terminatedMemory.initialize(repeating: false)
    terminated = UnsafeBufferPointer(terminatedMemory)
    truncatedMemory = .allocate(capacity: count)
    truncatedMemory.initialize(repeating: false)
    truncated = UnsafeBufferPointer(truncatedMemory)
    finished = .allocate(capacity: count)
    finished.initialize(repeating: FinishedEpisode(environment: 0, episodeReturn: 0, length: 0))

    let episodes = UnsafeMutableBufferPointer<RunningEpisode<World>>.allocate(capacity: count)
    for index in 0..<count {
      let random = RandomStream(seed: UInt64(index))
      episodes.initializeElement(at: index, to: RunningEpisode(environment, random: random))
    }
    operations = EpisodeOperations(episodes)
  }

  deinit {
    rewardMemory.deallocate()
    terminatedMemory.deallocate()
    truncatedMemory.deallocate()
    finished.deallocate()
    operations.deallocate()
  }

  /// Begins an episode in every environment; those that were under way are dropped.
  ///
  /// - Parameter seed: environment i begins its stream anew with `seed + i`; with `nil` it goes on with the one it has.
  public func reset(seed: UInt64? = nil) { operations.reset(self, seed) }

  /// Takes an action in every environment.
  ///
  /// - Parameter actions: `[count, action size]`; a discrete action is its number.
  public func step(_ actions: MatrixView) {
    precondition(actions.rows >= count && actions.columns == actionSize, "an action for every environment")
    operations.step(self, actions)
  }

  /// What the latest step led to in environment `index`: the episode's last observation if it ended.
  public func nextObservation(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
    (terminated[index] || truncated[index] ? finalObservations : observations).view.row(index)
  }

  @usableFromInline
  func forgetLatestStep() {
    rewardMemory.update(repeating: 0)
    terminatedMemory.update(repeating: false)
    truncatedMemory.update(repeating: false)
    finishedCount = 0
  }
}
