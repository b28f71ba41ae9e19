/// Executes a graph on the calling thread by its static schedule: deterministic, and the cheapest way to run one
/// item at a time.
///
/// Used by one thread at a time.
public final class SequentialExecutor {
  public let graph: Graph
  private let worker: Worker
  private let ambient: Item
  private let time: any TimeSource
  private let entrances: [Int]
  private var nextID: UInt64 = 1

  /// Makes an instance of every stage.
  ///
  /// - Parameter plan: picks device and implementations; must put all stages in one placement.
  /// - Throws: `PlanError`, or what making an instance throws.
  public init(
    _ graph: Graph, plan: Plan? = nil, on platform: Platform = .local, recorder: Recorder? = nil
  ) throws {
    let plan = plan ?? .fused(graph)
    let placements = try plan.resolve(graph, on: platform)
    guard placements.count == 1, let placement = placements.first else {
      throw PlanError.unrelatedRates(stages: plan.placements.flatMap(\.stages))
    }
    self.graph = graph
    time = recorder?.time ?? MonotonicTime()
    ambient = Item(id: 0, arrival: time.now, outputs: graph.outputs.count)
    ambient.retain()
    worker = try Worker(
      placement, in: graph, wiring: .none(graph), ambient: ambient, time: time,
      ring: recorder?.makeRing(worker: "sequential"))
    entrances = graph.inputs.indices.map { graph.connections.count + $0 }
  }

  /// Runs one item through the graph and waits for nothing.
  ///
  /// - Parameter inputs: a value for each of the graph's inputs.
  /// - Throws: `RuntimeError` if the number of inputs is wrong, or an iteration takes several items. An error in
  ///   a stage is in the result.
  public func process(_ inputs: any Sendable...) throws -> ItemResult {
    let results = try process(items: [inputs])
    return results[0]
  }

  /// Runs several items, as many iterations as they fill. The results are in the items' order.
  public func process(items: [[any Sendable]]) throws -> [ItemResult] {
    let perIteration = max(graph.itemsPerIteration, 1)
    guard !graph.inputs.isEmpty, items.count.isMultiple(of: perIteration) else {
      throw RuntimeError.wrongNumberOfItems(multipleOf: graph.itemsPerIteration, found: items.count)
    }
    if let wrong = items.first(where: { $0.count != graph.inputs.count }) {
      throw RuntimeError.wrongNumberOfInputs(expected: graph.inputs.count, found: wrong.count)
    }
    var results: [ItemResult] = []
    results.reserveCapacity(items.count)
    for start in stride(from: 0, to: items.count, by: perIteration) {
      let submitted = items[start..<(start + perIteration)].map(submit)
      worker.iterate()
      if submitted.contains(where: { $0.result == nil }) { worker.abandonRest() }
      results += submitted.compactMap(\.result)
    }
    return results
  }

  /// Runs a graph without inputs, which feeds itself.
  ///
  /// - Throws: the first error of a stage; the graph can't go on after it.
  public func run(iterations: Int) throws {
    for _ in 0..<iterations {
      worker.iterate()
      if ambient.isStopped, let error = ambient.error { throw error }
    }
  }

  private func submit(_ values: [any Sendable]) -> Item {
    let item = Item(id: nextID, arrival: time.now, outputs: graph.outputs.count)
    nextID += 1
    item.retain(values.count)
    for (queue, value) in zip(entrances, values) {
      worker.put(Token(item: item, ready: item.arrival, value: value), on: queue)
    }
    return item
  }
}
