import Synchronization

/// Executes a graph by a plan: a thread for each instance of each placement, and bounded queues between them.
///
/// At most `Plan.queueCapacity` items are in flight; beyond that the entrance refuses (`trySubmit`, `process`) or
/// waits (`submit`). An error fails the item that it concerns, no others.
///
/// Sendable: mutable state is in the channels, in atomics, and in `threads`, a mutex.
public final class Executor: Sendable {
  public let graph: Graph
  public let plan: Plan
  private let wiring: Wiring
  private let ambient: Item
  private let time: any TimeSource
  private let nextID = Atomic<UInt64>(1)
  private let threads = Mutex<[WorkerThread]>([])
  private let gate: Gate
  /// Held while one item is put on all inputs, so that they stay aligned. Never for long: the gate sees to it
  /// that the inputs have room.
  private let entrance = Mutex<Void>(())

  /// Makes the instances and starts the threads.
  ///
  /// - Throws: `PlanError`, or what making an instance throws.
  public init(
    _ graph: Graph, plan: Plan? = nil, on platform: Platform = .local, recorder: Recorder? = nil
  ) throws {
    let plan = plan ?? .fused(graph)
    let placements = try plan.resolve(graph, on: platform)
    let time: any TimeSource = recorder?.time ?? MonotonicTime()
    self.graph = graph
    self.plan = plan
    self.time = time
    ambient = Item(id: 0, arrival: time.now, outputs: graph.outputs.count)
    ambient.retain()
    let capacity = max(plan.queueCapacity, graph.itemsPerIteration)
    gate = Gate(limit: capacity)
    wiring = Wiring(graph, placements, capacity: capacity, ambient: ambient, now: time.now)

    // Every instance is made before any thread starts, so that a failure leaves nothing behind.
    var crews: [(name: String, crew: Crew, worker: Worker)] = []
    for placement in placements {
      let crew = Crew(size: placement.instances, exits: wiring.exits(from: placement, in: graph))
      for instance in 0..<placement.instances {
        let name = "\(graph.stages[placement.members[0]].name) \(instance)"
        let worker = try Worker(
          placement, in: graph, wiring: wiring, ambient: ambient, time: time,
          ring: recorder?.makeRing(worker: name))
        crews.append((name, crew, worker))
      }
    }
    for (name, crew, worker) in crews {
      nonisolated(unsafe) let worker = worker  // Handed to its thread; nobody else keeps it.
      let thread = WorkerThread(name: name) { [gate] in crew.run(worker, while: gate) }
      threads.withLock { $0.append(thread) }
    }
  }

  deinit { stop() }

  /// Puts an item on the graph's inputs, waiting while too many are in flight.
  ///
  /// - Parameter completion: called once with the answer, on a worker's thread; must not block.
  /// - Throws: `RuntimeError.closed` after `drain` or `cancel`, `.wrongNumberOfInputs`.
  @discardableResult
  public func submit(
    _ inputs: [any Sendable], completion: @escaping @Sendable (ItemResult) -> Void
  ) throws(RuntimeError) -> Item {
    try enter(inputs, completion, waits: true)
  }

  /// As `submit`, but throws `RuntimeError.queueFull` where that would wait.
  @discardableResult
  public func trySubmit(
    _ inputs: [any Sendable], completion: @escaping @Sendable (ItemResult) -> Void
  ) throws(RuntimeError) -> Item {
    try enter(inputs, completion, waits: false)
  }

  /// Runs an item and suspends until it is answered. Cancelling the task cancels the item.
  ///
  /// - Throws: `RuntimeError.queueFull` at once when too many are in flight. An error in a stage is in the result.
  public func process(_ inputs: any Sendable...) async throws -> ItemResult {
    let submitted = Mutex<Item?>(nil)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        do {
          let item = try trySubmit(inputs) { continuation.resume(returning: $0) }
          submitted.withLock { $0 = item }
          if Task.isCancelled { item.cancel() }
        } catch {
          continuation.resume(throwing: error)
        }
      }
    } onCancel: {
      submitted.withLock { $0 }?.cancel()
    }
  }

  /// Items accepted and not yet answered.
  public var inFlight: Int { gate.count }

  /// Accepts no more items, answers those accepted, and waits for the threads to end.
  public func drain() {
    gate.close()
    entrance.withLock { _ in
      for channel in wiring.inputs { channel.close() }
    }
    join()
  }

  /// Accepts no more items, fails those that wait with `CancellationError`, and waits for the threads to end.
  public func cancel() {
    stop()
    join()
  }

  private func stop() {
    gate.close()
    for channel in wiring.inputs + wiring.edges.compactMap({ $0 }) { channel.cancel(at: time.now) }
  }

  private func join() {
    let running = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    for thread in running { thread.join() }
  }

  private func enter(
    _ values: [any Sendable], _ completion: @escaping @Sendable (ItemResult) -> Void, waits: Bool
  ) throws(RuntimeError) -> Item {
    guard values.count == wiring.inputs.count, !values.isEmpty else {
      throw .wrongNumberOfInputs(expected: wiring.inputs.count, found: values.count)
    }
    try gate.enter(waits: waits)
    let now = time.now
    let item = Item(
      id: nextID.add(1, ordering: .relaxed).oldValue, arrival: now, outputs: graph.outputs.count
    ) { [gate] result in
      gate.leave()
      completion(result)
    }
    item.retain(values.count)
    entrance.withLock { _ in
      for (channel, value) in zip(wiring.inputs, values) {
        channel.send(Token(item: item, ready: now, value: value), at: now)
      }
    }
    return item
  }
}

/// The workers of one placement: they take turns at its entrances, and the last to leave closes its exits.
private final class Crew: Sendable {
  private let present: Atomic<Int>
  private let exits: [Channel]
  private let turn = Mutex<Void>(())

  init(size: Int, exits: [Channel]) {
    present = Atomic(size)
    self.exits = exits
  }

  /// Iterates until the input ends or, for sources, until the gate closes.
  func run(_ worker: Worker, while gate: Gate) {
    while takeIn(worker), !(worker.intakes.isEmpty && gate.isClosed) { worker.iterate() }
    if present.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
      for channel in exits { channel.close() }
    }
  }

  /// One worker at a time, so that tokens taken from several entrances belong together.
  private func takeIn(_ worker: Worker) -> Bool { turn.withLock { _ in worker.takeIn() } }
}
