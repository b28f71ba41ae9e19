extension Recorder {
  /// The recorded events of one graph.
  public func trace(of graph: Graph) -> Trace {
    Trace(
      stages: graph.stages.map(\.name),
      workers: rings(of: graph.name).map { Trace.Track(name: $0.worker, events: $0.events()) })
  }

  /// The parts of a finished item's time.
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

  /// The parts of all workers' time so far. Their total is the sum of the parts.
  public func occupancy(of graph: Graph) -> Occupancy {
    Occupancy(of: graph.stages.map(\.name), in: rings(of: graph.name), during: 0)
  }

  /// The batch sizes of each stage, in the graph's order.
  public func batchSizes(of graph: Graph) -> [BatchSizes] {
    let rings = rings(of: graph.name)
    return graph.stages.indices.map { stage in
      var sizes = BatchSizes()
      for ring in rings { sizes.add(ring, stage: stage) }
      return sizes
    }
  }
}
