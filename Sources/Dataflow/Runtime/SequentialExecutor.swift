import Basics

/// Executes a graph on the calling thread by its static schedule. It is deterministic, and the cheapest way
/// to run single items.
///
/// Used by one thread at a time.
public final class SequentialExecutor {
  public let graph: Graph
  private let worker: Worker
  /// The most iterations at once.
  private let batch: Int
  private let ambient: Item
  private let time: any TimeSource
  private let counter: ItemCounter
  private let ring: TraceRing?
  /// The time spent in `run`.
  private var running: Nanoseconds = 0

  /// Makes an instance of every stage.
  ///
  /// - Parameter plan: picks devices and implementations; must put all stages in one placement.
  /// - Throws: `PlanError`, or the error of making an instance.
  public init(
    _ graph: Graph, plan: Plan? = nil, on platform: Platform = .local, recorder: Recorder? = nil
  ) throws {
    let plan = plan ?? .fused(graph)
    let placements = try plan.resolve(graph, on: platform)
    guard placements.count == 1, let placement = placements.first else {
      throw PlanError.severalPlacements(placements.count)
    }
    self.graph = graph
    batch = placement.batch
    time = recorder?.time ?? MonotonicTime()
    counter = recorder?.counter ?? ItemCounter()
    ambient = Item(ambientSince: time.now)
    ring = recorder?.makeRing(
      worker: "sequential", graph: graph.name, stages: graph.stages.count)
    worker = try Worker(
      placement, in: graph, wiring: Wiring(joining: graph), ambient: ambient, time: time, ring: ring)
  }

  /// Runs one item through the graph.
  ///
  /// - Parameter inputs: a value for each of the graph's inputs.
  /// - Throws: `RuntimeError` if the number of inputs is wrong, or an iteration takes several items. A
  ///   stage's error is in the result.
  public func process(_ inputs: any Sendable...) throws -> ItemResult {
    guard graph.itemsPerIteration == 1 else {
      throw graph.itemsPerIteration == 0
        ? RuntimeError.noInputs
        : RuntimeError.wrongNumberOfItems(multipleOf: graph.itemsPerIteration, found: 1)
    }
    guard inputs.count == graph.inputs.count else {
      throw RuntimeError.wrongNumberOfInputs(expected: graph.inputs.count, found: inputs.count)
    }
    let item = submit(inputs)
    worker.iterate()
    return answer(to: item)
  }

  /// Runs several items in the plan's batches; they must fill whole iterations. The results are in the items'
  /// order.
  public func process(items: [[any Sendable]]) throws -> [ItemResult] {
    let perIteration = graph.itemsPerIteration
    guard perIteration > 0 else { throw RuntimeError.noInputs }
    guard items.count.isMultiple(of: perIteration) else {
      throw RuntimeError.wrongNumberOfItems(multipleOf: perIteration, found: items.count)
    }
    if let wrong = items.first(where: { $0.count != graph.inputs.count }) {
      throw RuntimeError.wrongNumberOfInputs(expected: graph.inputs.count, found: wrong.count)
    }
    var results: [ItemResult] = []
    results.reserveCapacity(items.count)
    for start in stride(from: 0, to: items.count, by: perIteration * batch) {
      let submitted = items[start..<min(start + perIteration * batch, items.count)].map(submit)
      worker.iterate(submitted.count / perIteration)
      for item in submitted { results.append(answer(to: item)) }
    }
    return results
  }

  /// Runs a graph without inputs, which feeds itself. Allocates nothing once its queues have grown.
  ///
  /// - Throws: the first error of a stage, after which the graph can't go on.
  public func run(iterations: Int) throws {
    guard graph.inputs.isEmpty else {
      throw RuntimeError.wrongNumberOfInputs(expected: graph.inputs.count, found: 0)
    }
    let begin = time.now
    defer { running += time.now - begin }
    for _ in 0..<iterations {
      if let error = ambient.isStopped ? ambient.error : nil { throw error }
      worker.iterate()
    }
    if let error = ambient.isStopped ? ambient.error : nil { throw error }
  }

  /// The parts of the time of all calls of `run`; only the total without a recorder.
  public var occupancy: Occupancy {
    Occupancy(
      of: graph.stages.map(\.name), in: ring.map { [$0] } ?? [], during: running)
  }

  private func answer(to item: Item) -> ItemResult {
    if let result = item.result { return result }
    worker.abandonRest()
    guard let result = item.result else { preconditionFailure("an item without tokens has a result") }
    return result
  }

  private func submit(_ values: [any Sendable]) -> Item {
    let item = Item(
      id: counter.next(), arrival: time.now, tokens: values.count, outputs: graph.outputs.count)
    for (queue, value) in zip(worker.entrances, values) {
      queue.append(Token(item: item, ready: item.arrival, order: 0, value: value))
    }
    return item
  }
}
