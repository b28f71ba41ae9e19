/// A choice of a replay table's rows for each minibatch.
///
/// A table reports insertions to it and calls it once for each minibatch. Used by one thread at a time;
/// nothing allocates after `init`.
public protocol Selector: Checkpointable {
  /// Called after new transitions have replaced the content of these rows.
  func didInsert(_ rows: Range<Int>)

  /// Writes `count` rows, each below `filled`, into `minibatch.indices`.
  ///
  /// - Parameters:
  ///   - count: at most `minibatch.capacity`.
  ///   - filled: the number of rows with transitions, at least one.
  func select(
    _ count: Int, of filled: Int, into minibatch: Minibatch, using random: inout RandomStream)
}
