extension Recorder {
  /// Everything kept of one graph.
  public func trace(of graph: Graph) -> Trace {
    Trace(
      stages: graph.stages.map(\.name),
      workers: rings(of: graph.name).map { Trace.Track(name: $0.worker, events: $0.events()) })
  }

  /// Where the time of a finished item went.
  ///
  /// Complexity: O(events since the item arrived).
  public func attribution(of result: ItemResult, in graph: Graph) -> Attribution {
    var events: [TraceEvent] = []
    for ring in rings(of: graph.name) {
      events += ring.events { $0.end >= result.arrival }.filter { $0.item == result.item }
    }
    return Attribution(
      of: events, stages: graph.stages.map(\.name), from: result.arrival, to: result.completion)
  }

  /// Where the time of all workers went so far: the parts, of which the total is the sum.
  public func occupancy(of graph: Graph) -> Occupancy {
    Occupancy(of: graph.stages.map(\.name), in: rings(of: graph.name), during: 0)
  }

  /// How many items each stage of a graph took at once, in the graph's order.
  public func batchSizes(of graph: Graph) -> [BatchSizes] {
    let rings = rings(of: graph.name)
    return graph.stages.indices.map { stage in
      var sizes = BatchSizes()
      for ring in rings { sizes.add(ring, stage: stage) }
      return sizes
    }
  }
}
