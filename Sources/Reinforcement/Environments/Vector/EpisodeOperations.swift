import Kernels

/// A `VectorEnvironment`'s operations on its running episodes, compiled for their type of environment.
///
/// A generic class's methods have one unspecialised version for calls without the concrete type. Closures
/// made with the concrete type are specialised. So the type is erased here, once for all environments and not
/// for each.
@usableFromInline
struct EpisodeOperations {
  @usableFromInline let reset: (VectorEnvironment, UInt64?) -> Void
  @usableFromInline let step: (VectorEnvironment, MatrixView) -> Void
  @usableFromInline let save: (inout CheckpointWriter) -> Void
  @usableFromInline let restore: (CheckpointReader) throws -> Void
  @usableFromInline let deallocate: () -> Void

  @inlinable
  init<World: Environment>(_ episodes: UnsafeMutableBufferPointer<RunningEpisode<World>>) {
    reset = { vector, seed in vector.reset(episodes, seed: seed) }
    step = { vector, actions in vector.step(episodes, actions) }
    save = { $0.put("episodes", Array(episodes)) }
    restore = { checkpoint in
      let saved = try checkpoint.get("episodes", as: [RunningEpisode<World>].self)
      guard saved.count == episodes.count else {
        throw checkpoint.refusal("it is of \(saved.count) environments where this run has \(episodes.count)")
      }
      _ = episodes.update(fromContentsOf: saved)
    }
    deallocate = {
      episodes.deinitialize()
      episodes.deallocate()
    }
  }
}
