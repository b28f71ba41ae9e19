/// State in a checkpoint. A resumed run is bit for bit the uninterrupted one.
///
/// A type chooses its parts and their order; reading mirrors writing under the same names.
public protocol Checkpointable: AnyObject {
  func save(to checkpoint: inout CheckpointWriter)

  /// - Throws: `CheckpointError` with the part that doesn't fit; where possible nothing is restored then.
  func restore(from checkpoint: CheckpointReader) throws
}
