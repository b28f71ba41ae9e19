/// State that a checkpoint keeps, so that a run that goes on is bit for bit the run that never stopped.
///
/// What is written and in which order is up to the type; reading mirrors it under the same names.
public protocol Checkpointable: AnyObject {
  func save(to checkpoint: inout CheckpointWriter)

  /// - Throws: `CheckpointError` naming what doesn't fit; nothing may be half restored where that can be avoided.
  func restore(from checkpoint: CheckpointReader) throws
}
