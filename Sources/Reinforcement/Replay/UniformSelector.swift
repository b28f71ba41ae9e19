/// Every transition is equally likely, and may come several times in a minibatch.
public final class UniformSelector: Selector {
  public init() {}

  public func didInsert(_ rows: Range<Int>) {}

  public func select(
    _ count: Int, of filled: Int, into minibatch: Minibatch, using random: inout RandomStream
  ) {
    let indices = minibatch.indices
    let bound = UInt64(filled)
    for i in 0..<count { indices[i] = Int(truncatingIfNeeded: Self.draw(below: bound, using: &random)) }
  }

  /// A number below `bound`, all equally likely (Lemire, *Fast Random Integer Generation in an Interval*, 2019):
  /// no division but in one of 2⁶⁴ ÷ `bound` draws.
  @inline(__always)
  private static func draw(below bound: UInt64, using random: inout RandomStream) -> UInt64 {
    var product = bound.multipliedFullWidth(by: random.next())
    if product.low < bound {
      let excess = (0 &- bound) % bound
      while product.low < excess { product = bound.multipliedFullWidth(by: random.next()) }
    }
    return product.high
  }

  public func save(to checkpoint: inout CheckpointWriter) {}
  public func restore(from checkpoint: CheckpointReader) throws {}
}
