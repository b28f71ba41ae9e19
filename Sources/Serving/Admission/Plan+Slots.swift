import Dataflow

extension Plan {
  /// The number of items that the plan's workers can use at once: those in service and, where the first
  /// workers process batches, as many again, so that the next batch is prepared meanwhile. Further items are
  /// better left compressed.
  var slots: Int {
    placements.enumerated().reduce(0) { slots, entry in
      let (index, placement) = entry
      return slots + placement.instances * placement.batch * (index > 0 && placement.batch > 1 ? 2 : 1)
    }
  }
}
