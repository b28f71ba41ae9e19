/// Every transition is equally likely, and may come several times in a minibatch.
public final class UniformSelector: Selector {
  public init() {}

  public func didInsert(_ rows: Range<Int>) {}

  public func select(
    _ count: Int, of filled: Int, into minibatch: Minibatch, using random: inout RandomStream
  ) {
    for i in 0..<count { minibatch.indices[i] = random.integer(below: filled) }
  }

  public func save(to checkpoint: inout CheckpointWriter) {}
  public func restore(from checkpoint: CheckpointReader) throws {}
}
