/// Decides which rows of a replay table a minibatch is made of.
///
/// A table tells it what was inserted and asks it once for each minibatch. Used by one thread at a time;
/// nothing allocates after `init`.
public protocol Selector: Checkpointable {
  /// New transitions are in these rows; what was there before is gone.
  func didInsert(_ rows: Range<Int>)

  /// Writes `count` rows, each below `filled`, into `minibatch.indices`.
  ///
  /// - Parameters:
  ///   - count: at most `minibatch.capacity`.
  ///   - filled: rows that hold transitions, at least one.
  func select(
    _ count: Int, of filled: Int, into minibatch: Minibatch, using random: inout RandomStream)
}
