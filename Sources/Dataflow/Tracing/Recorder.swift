import Basics

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

  /// - Parameter stages: how many the graph has.
  func makeRing(worker: String, graph: String, stages: Int) -> TraceRing {
    let ring = TraceRing(worker: worker, graph: graph, stages: stages, capacity: capacity)
    rings.withLock { $0.append(ring) }
    return ring
  }

  /// Of the workers that run a graph of this name.
  func rings(of graph: String) -> [TraceRing] { rings.withLock { $0.filter { $0.graph == graph } } }
}
