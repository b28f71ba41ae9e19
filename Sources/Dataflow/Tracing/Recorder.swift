import Basics

/// The record of one or several executors' work, with a ring for each worker.
public final class Recorder: Sendable {
  public let time: any TimeSource
  let counter = ItemCounter()
  private let capacity: Int
  private let rings = Locked<[TraceRing]>([])

  /// - Parameter eventsPerWorker: the most events kept for each worker, at 40 bytes.
  public init(time: any TimeSource = MonotonicTime(), eventsPerWorker: Int = 1 << 14) {
    self.time = time
    capacity = eventsPerWorker
  }

  /// - Parameter stages: the number of stages in the graph.
  func makeRing(worker: String, graph: String, stages: Int) -> TraceRing {
    let ring = TraceRing(worker: worker, graph: graph, stages: stages, capacity: capacity)
    rings.withLock { $0.append(ring) }
    return ring
  }

  /// The rings of the workers that run a graph of this name.
  func rings(of graph: String) -> [TraceRing] { rings.withLock { $0.filter { $0.graph == graph } } }
}
