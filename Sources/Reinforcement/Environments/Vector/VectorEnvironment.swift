import Kernels

/// Environments of one kind that are stepped together, in place, and restart by themselves.
///
/// A step that ends an episode also begins the next one (Gymnasium's `AutoresetMode.SAME_STEP`):
/// `observations` then has the new episode's first observation, and `finalObservations` the old one's last,
/// which belongs to the step's transition. `nextObservation(i)` is the transition's next observation in any
/// case:
///
///     let vector = VectorEnvironment(CartPole(), count: 8)
///     vector.reset(seed: 7)
///     vector.step(actions)  // [8, 1]
///     for i in 0..<vector.count where vector.terminated[i] { … }
///
/// Environment i has a stream of its own, seeded with `seed + i` as in Gymnasium and kept over episodes.
/// Nothing allocates after `init`. Used by one thread at a time; outputs are valid until the next step.
public final class VectorEnvironment {
  public let id: String
  public let observationSpace: BoxSpace
  public let actionSpace: ActionSpace
  /// Steps after which an episode is truncated; `nil`: never.
  public let maximumEpisodeSteps: Int?
  /// The number of environments.
  public let count: Int

  /// Each environment's current observation: `[count, observation size]`.
  public let observations: Matrix
  /// `[count, observation size]`; row i is valid if the latest step ended the episode in environment i.
  public let finalObservations: Matrix
  /// The latest step's rewards.
  public let rewards: UnsafeBufferPointer<Float>
  /// Whether the latest step ended the episode by the environment's own rules.
  public let terminated: UnsafeBufferPointer<Bool>
  /// Whether the latest step reached the limit of steps. Termination in the same step takes precedence.
  public let truncated: UnsafeBufferPointer<Bool>
  /// The episodes that the latest step ended, in order of their environments.
  public var finishedEpisodes: UnsafeBufferPointer<FinishedEpisode> {
    UnsafeBufferPointer(start: finished.baseAddress, count: finishedCount)
  }

  // The memory behind the buffers above, `count` elements each; allocated in `init`, freed in `deinit`.
  @usableFromInline let rewardMemory: UnsafeMutableBufferPointer<Float>
  @usableFromInline let terminatedMemory: UnsafeMutableBufferPointer<Bool>
  @usableFromInline let truncatedMemory: UnsafeMutableBufferPointer<Bool>
  @usableFromInline let finished: UnsafeMutableBufferPointer<FinishedEpisode>
  // Not checked: only `reset` and `step` change it, and they call nothing that reads it.
  @exclusivity(unchecked) @usableFromInline var finishedCount = 0
  @usableFromInline let stepLimit: Int
  @usableFromInline let actionSize: Int
  @usableFromInline let operations: EpisodeOperations

  /// `count` copies of an environment, which need a `reset` before the first step.
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

  /// Begins an episode in every environment and drops the current ones.
  ///
  /// - Parameter seed: environment i restarts its stream with `seed + i`; `nil` continues the streams.
  public func reset(seed: UInt64? = nil) { operations.reset(self, seed) }

  /// Takes an action in every environment.
  ///
  /// - Parameter actions: `[count, action size]`; a discrete action is its number.
  public func step(_ actions: MatrixView) {
    precondition(actions.rows >= count && actions.columns == actionSize, "an action for every environment")
    operations.step(self, actions)
  }

  /// The latest step's next observation in environment `index`: the episode's last one if it ended.
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
