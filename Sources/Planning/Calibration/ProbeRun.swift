import Basics
import Dataflow
import Foundation

/// A running graph that processes the same few items in turn. As many are in flight as keep every worker
/// busy, or a single one.
public final class ProbeRun: WorkloadRun {
  private let executor: Executor
  private let recorder = Recorder(eventsPerWorker: 2)
  private let inputs: [[any Sendable]]
  private let workers: Int
  /// The most items in the workers at once.
  private let atOnce: Int
  private let platform: Platform
  private let load: ProcessorLoad
  private let time = MonotonicTime()
  private var next = 0
  /// Seconds from one completion to the next.
  private var pace: Double

  /// - Parameters:
  ///   - inputs: items, each a value for every input of the graph.
  ///   - isAlone: whether only one item is in flight at a time.
  public init(
    _ graph: Graph, plan: Plan, on platform: Platform, inputs: [[any Sendable]], isAlone: Bool = false
  ) throws {
    var plan = plan
    workers = plan.placements.reduce(0) { $0 + $1.instances }
    atOnce = isAlone ? 1 : plan.placements.reduce(0) { $0 + $1.instances * $1.batch }
    plan.queueCapacity = isAlone ? 1 : 2 * atOnce
    self.inputs = inputs
    self.platform = platform
    load = try ProcessorLoad(graph, plan: plan, on: platform)
    executor = try Executor(graph, plan: plan, on: platform, recorder: recorder)
    pace = 0
    let begin = time.now
    _ = try complete(2 * atOnce)
    pace = Double(time.now - begin) / 1e9 / Double(2 * atOnce)
  }

  deinit { executor.drain() }

  public func run(seconds: Double) throws -> RunSample {
    let count = count(in: seconds)
    let (before, meter) = (recorder.occupancy(of: executor.graph), EnergyMeter(on: platform))
    let completions = try complete(count)
    let after = recorder.occupancy(of: executor.graph)
    let busy = load.busy(after).merging(load.busy(before)) { $0 - $1 }
    // The first completions don't count, as other items share the time before them. Nor do the last, when
    // some workers are idle.
    let (first, last) = (completions[atOnce - 1], completions[count - atOnce - 1])
    let throughput = Double(count - 2 * atOnce) / (Double(last - first) / 1e9)
    pace = 1 / throughput
    return RunSample(
      throughput: throughput, from: before, to: after, items: Double(count), workers: workers,
      joules: meter.joules(busy)?.joules)
  }

  /// The number of items for about so many seconds: whole batches for each worker. The counted inputs are
  /// balanced unless that takes twice as long.
  private func count(in seconds: Double) -> Int {
    let wanted = min(max(Int(saturating: seconds / pace), 4 * atOnce), 1 << 40)
    let turn = inputs.count / greatestCommonDivisor(atOnce, inputs.count) * atOnce
    let unit = turn <= wanted ? turn : atOnce
    return 2 * atOnce + (wanted - 2 * atOnce + unit - 1) / unit * unit
  }

  /// The completion times of so many items, in order.
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
