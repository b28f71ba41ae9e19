import Foundation

/// Runs a graph that takes items: the same few again and again, always as many in flight as keep every worker busy.
public final class ItemRun: WorkloadRun {
  private let executor: Executor
  private let recorder = Recorder(eventsPerWorker: 2)
  private let inputs: [[any Sendable]]
  private let workers: Int
  /// Items that all workers have in their hands, at most.
  private let atOnce: Int
  private let time = MonotonicTime()
  private var next = 0
  /// Seconds from one completion to the next.
  private var pace: Double

  /// - Parameter inputs: items, each a value for every input of the graph.
  public init(_ graph: Graph, plan: Plan, on platform: Platform, inputs: [[any Sendable]]) throws {
    var plan = plan
    workers = plan.placements.reduce(0) { $0 + $1.instances }
    atOnce = plan.placements.reduce(0) { $0 + $1.instances * $1.batch }
    plan.queueCapacity = 2 * atOnce
    self.inputs = inputs
    executor = try Executor(graph, plan: plan, on: platform, recorder: recorder)
    pace = 0
    let begin = time.now
    _ = try complete(2 * atOnce)
    pace = Double(time.now - begin) / 1e9 / Double(2 * atOnce)
  }

  deinit { executor.drain() }

  public func run(seconds: Double) throws -> RunSample {
    // Whole batches, and as many of each worker.
    let count = (max(Int(seconds / pace), 4 * atOnce) + atOnce - 1) / atOnce * atOnce
    let before = recorder.occupancy(of: executor.graph)
    let completions = try complete(count)
    let after = recorder.occupancy(of: executor.graph)
    // Neither the first to be done count, as the time before them is not all theirs, nor the last, when some workers have
    // nothing to do any more.
    let (first, last) = (completions[atOnce - 1], completions[count - atOnce - 1])
    let throughput = Double(count - 2 * atOnce) / (Double(last - first) / 1e9)
    pace = 1 / throughput
    return RunSample(
      throughput: throughput, from: before, to: after, items: Double(count), workers: workers)
  }

  /// When each of so many items was done, in order.
  private func complete(_ count: Int) throws -> [Nanoseconds] {
    let done = Locked<(times: [Nanoseconds], error: (any Error)?)>(([], nil))
    let finished = DispatchSemaphore(value: 0)
    for _ in 0..<count {
      let item = inputs[next % inputs.count]
      next += 1
      try executor.submit(item) { result in
        let number = done.withLock { done in
          done.times.append(result.completion)
          done.error = done.error ?? result.error
          return done.times.count
        }
        if number == count { finished.signal() }
      }
    }
    finished.wait()
    let (times, error) = done.withLock { $0 }
    if let error { throw error }
    return times.sorted()
  }
}
