import Synchronization

/// Keeps what the workers of one or several executors did, a ring for each worker.
public final class Recorder: Sendable {
  public let time: any TimeSource
  private let capacity: Int
  private let rings = Mutex<[TraceRing]>([])

  /// - Parameter eventsPerWorker: how many events each worker keeps, 40 bytes each.
  public init(time: any TimeSource = MonotonicTime(), eventsPerWorker: Int = 1 << 14) {
    self.time = time
    capacity = eventsPerWorker
  }

  func makeRing(worker: String) -> TraceRing {
    let ring = TraceRing(worker: worker, capacity: capacity)
    rings.withLock { $0.append(ring) }
    return ring
  }

  /// Everything kept, for the stages of one graph.
  public func trace(of graph: Graph) -> Trace {
    Trace(
      stages: graph.stages.map(\.name),
      workers: rings.withLock { $0 }.map { Trace.Worker(name: $0.worker, events: $0.events()) })
  }

  /// Where the time of a finished item went.
  ///
  /// Complexity: O(events since the item arrived).
  public func attribution(of result: ItemResult, in graph: Graph) -> Attribution {
    var events: [TraceEvent] = []
    for ring in rings.withLock({ $0 }) {
      events += ring.events { $0.end >= result.arrival }.filter { $0.item == result.item }
    }
    return Attribution(
      of: events, stages: graph.stages.map(\.name), from: result.arrival, to: result.completion)
  }
}
