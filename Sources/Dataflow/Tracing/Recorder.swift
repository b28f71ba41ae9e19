/// Keeps what the workers of one or several executors did, a ring for each worker.
public final class Recorder: Sendable {
  public let time: any TimeSource
  let counter = ItemCounter()
  private let capacity: Int
  private let rings = Locked<[TraceRing]>([])

  /// - Parameter eventsPerWorker: how many events each worker keeps, 40 bytes each.
  public init(time: any TimeSource = MonotonicTime(), eventsPerWorker: Int = 1 << 14) {
    self.time = time
    capacity = eventsPerWorker
  }

  func makeRing(worker: String, in graph: Graph) -> TraceRing {
    let ring = TraceRing(worker: worker, graph: graph.name, stages: graph.stages.count, capacity: capacity)
    rings.withLock { $0.append(ring) }
    return ring
  }

  /// Everything kept of one graph.
  public func trace(of graph: Graph) -> Trace {
    Trace(
      stages: graph.stages.map(\.name),
      workers: rings(of: graph).map { Trace.Worker(name: $0.worker, events: $0.events()) })
  }

  /// Where the time of a finished item went.
  ///
  /// Complexity: O(events since the item arrived).
  public func attribution(of result: ItemResult, in graph: Graph) -> Attribution {
    var events: [TraceEvent] = []
    for ring in rings(of: graph) {
      events += ring.events { $0.end >= result.arrival }.filter { $0.item == result.item }
    }
    return Attribution(
      of: events, stages: graph.stages.map(\.name), from: result.arrival, to: result.completion)
  }

  /// Where the time of all workers went so far: the parts, of which the total is the sum.
  public func occupancy(of graph: Graph) -> Occupancy {
    Occupancy(of: graph, in: rings(of: graph), during: 0)
  }

  /// How many items each stage of a graph took at once, in the graph's order.
  public func batchSizes(of graph: Graph) -> [BatchSizes] {
    let rings = rings(of: graph)
    return graph.stages.indices.map { stage in
      var sizes = BatchSizes()
      for ring in rings { sizes.add(ring, stage: stage) }
      return sizes
    }
  }

  private func rings(of graph: Graph) -> [TraceRing] {
    rings.withLock { $0.filter { $0.graph == graph.name } }
  }
}
