import Dataflow

extension Plan {
  /// How many items its workers can use at once: what they work on, and behind the first of them, where work
  /// is done in batches, as many again, so that the next batch is made ready meanwhile. What waits beyond
  /// that is better left compressed.
  var slots: Int {
    placements.enumerated().reduce(0) { slots, entry in
      let (index, placement) = entry
      return slots + placement.instances * placement.batch * (index > 0 && placement.batch > 1 ? 2 : 1)
    }
  }
}
