import Basics
import Dispatch

/// Executes a graph by a plan: a thread for each instance of each placement, and bounded queues between them.
///
/// Workers that are joined by blocking queues give the results of the sequential execution, whatever the order
/// they run in (Kahn 1974).
///
/// At most `Plan.queueCapacity` items are in flight, or as many as one iteration of the graph takes, if that is
/// more; beyond that the entrance refuses (`trySubmit`, `process`) or waits (`submit`). An error fails the items
/// that it concerns, no others. A graph without inputs runs from the beginning until `drain`, `cancel` or its
/// first error, which is then in `failure`.
///
/// Sendable: mutable state is in the channels, in atomics, and behind locks.
public final class Executor: Sendable {
  public let graph: Graph
  public let plan: Plan
  private let wiring: Wiring<Channel>
  private let ambient: Item
  private let time: any TimeSource
  private let counter: ItemCounter
  private let threads = Locked<[WorkerThread]>([])
  private let gate: Gate
  /// Whether the inputs are open. Held while one item is put on all of them, so that they stay aligned; never for
  /// long, because the gate sees to it that they have room.
  private let isOpen = Locked(true)

  /// Makes the instances and starts the threads.
  ///
  /// - Throws: `PlanError`, what making an instance throws, or `POSIXError` if there are no threads left.
  public init(
    _ graph: Graph, plan: Plan? = nil, on platform: Platform = .local, recorder: Recorder? = nil
  ) throws {
    let plan = plan ?? .fused(graph)
    let placements = try plan.resolve(graph, on: platform)
    let time: any TimeSource = recorder?.time ?? MonotonicTime()
    self.graph = graph
    self.plan = plan
    self.time = time
    counter = recorder?.counter ?? ItemCounter()
    ambient = Item(ambientSince: time.now)
    let capacity = max(plan.queueCapacity, graph.itemsPerIteration)
    gate = Gate(limit: capacity)
    let continuations = graph.continuations(of: placements)
    wiring = Wiring(
      graph, placements, continuations: continuations, capacity: capacity, gate: gate, ambient: ambient,
      time: time)

    // Every instance is made before any thread starts, so that a failure leaves nothing behind.
    let workers = try placements.map { placement in
      try (0..<placement.instances).map { instance in
        let name = "\(graph.stages[placement.members[0]].name) \(instance)"
        let ring = recorder?.makeRing(
          worker: name, graph: graph.name, stages: graph.stages.count)
        return (
          name,
          try Worker(placement, in: graph, wiring: wiring, ambient: ambient, time: time, ring: ring)
        )
      }
    }
    var threads: [(name: String, body: @Sendable () -> Void)] = []
    var places = [Continuation?](repeating: nil, count: placements.count)
    for (index, placement) in placements.enumerated().reversed() {
      let next = continuations[index].flatMap { places[$0] }
      let pool = WorkerPool(
        size: placement.instances, entrances: wiring.entrances(to: placement, in: graph).map(\.channel),
        exits: wiring.exits(from: placement, in: graph), feedsItself: graph.inputs.isEmpty, gate: gate,
        ambient: ambient, next: next)
      for (name, worker) in workers[index] {
        if continuations.contains(index), let place = Continuation(worker, next: next) {
          places[index] = place
          threads.append((name, { pool.run(in: place) }))
        } else {
          nonisolated(unsafe) let worker = worker  // Handed to its thread; nobody else keeps it.
          threads.append((name, { pool.run(worker) }))
        }
      }
    }
    do {
      for (name, body) in threads.reversed() {
        let thread = try WorkerThread(name: name, body: body)
        self.threads.withLock { $0.append(thread) }
      }
    } catch {
      cancel()
      throw error
    }
  }

  deinit {
    stop()
    // This may be one of the threads, so none is waited for.
    threads.withLock { threads in
      for thread in threads { thread.detach() }
    }
  }

  /// Puts an item on the graph's inputs, waiting while too many are in flight.
  ///
  /// - Parameter completion: called once with the answer, on a worker's thread; must not block.
  /// - Throws: `RuntimeError.closed` after `drain` or `cancel`, `.wrongNumberOfInputs`, `.noInputs`.
  @discardableResult
  public func submit(
    _ inputs: [any Sendable], completion: @escaping @Sendable (ItemResult) -> Void
  ) throws(RuntimeError) -> Item {
    try enter(inputs, completion, waits: true)
  }

  /// As `submit`, but throws `RuntimeError.queueFull` where that would wait.
  ///
  /// - Parameter arrival: since when the item has waited somewhere else, if it has; by the executor's time source.
  @discardableResult
  public func trySubmit(
    _ inputs: [any Sendable], arrival: Nanoseconds? = nil,
    completion: @escaping @Sendable (ItemResult) -> Void
  ) throws(RuntimeError) -> Item {
    try enter(inputs, arrival: arrival, completion, waits: false)
  }

  /// Runs an item and suspends until it is answered. Cancelling the task cancels the item.
  ///
  /// - Throws: `RuntimeError.queueFull` at once when too many are in flight. An error in a stage is in the result.
  public func process(_ inputs: any Sendable...) async throws -> ItemResult {
    try await process(all: inputs)
  }

  /// As `process` of values one by one, where their number is known at run time only.
  public func process(all inputs: [any Sendable]) async throws -> ItemResult {
    let submitted = Locked<Item?>(nil)
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

  /// Runs an item on the workers while the calling thread, which must be none of theirs, waits.
  ///
  /// - Throws: `RuntimeError.closed` and the like. An error in a stage is in the result.
  public func processAndWait(_ inputs: any Sendable...) throws(RuntimeError) -> ItemResult {
    let answer = Locked<ItemResult?>(nil)
    let isAnswered = DispatchSemaphore(value: 0)
    let item = try submit(inputs) { result in
      answer.withLock { $0 = result }
      isAnswered.signal()
    }
    isAnswered.wait()
    guard let result = answer.withLock({ $0 }) else {
      preconditionFailure("item \(item.id) has been answered without an answer")
    }
    return result
  }

  /// Items that can be in flight.
  public var capacity: Int { gate.limit }

  /// Items accepted and not yet answered.
  public var inFlight: Int { gate.count }

  /// For each placement of the plan, the tokens that wait in front of it.
  public var waiting: [Int] {
    plan.placements.map { placement in
      func isHere(_ port: Graph.PortIndex) -> Bool {
        placement.stages.contains(graph.stages[port.stage].name)
      }
      let onEdges = zip(graph.connections, wiring.edges).reduce(0) { sum, edge in
        sum + (isHere(edge.0.target) ? edge.1?.count ?? 0 : 0)
      }
      return zip(graph.inputs, wiring.inputs).reduce(onEdges) { sum, input in
        sum + (isHere(input.0) ? input.1.count : 0)
      }
    }
  }

  /// The first error of work that belongs to no item: that of sources, and of graphs without inputs.
  public var failure: (any Error)? { ambient.error }

  /// Accepts no more items, answers those accepted, and waits for the threads to end.
  ///
  /// Must not be called by a stage or a completion, which would wait for themselves.
  public func drain() {
    close { $0.close() }
    join()
  }

  /// Accepts no more items, fails those that wait with `CancellationError`, and waits for the threads to end.
  ///
  /// Must not be called by a stage or a completion, which would wait for themselves.
  public func cancel() {
    stop()
    join()
  }

  private func stop() {
    close { $0.cancel() }
    for case let channel? in wiring.edges { channel.cancel() }
  }

  private func close(_ close: (Channel) -> Void) {
    gate.close()
    // Once this is `false`, nobody is on the way in, and completions can be called without the lock.
    isOpen.withLock { $0 = false }
    for channel in wiring.inputs { close(channel) }
  }

  /// The lock is held throughout, so that everybody who calls this waits.
  private func join() {
    threads.withLock { threads in
      for thread in threads { thread.join() }
      threads = []
    }
  }

  private func enter(
    _ values: [any Sendable], arrival: Nanoseconds? = nil,
    _ completion: @escaping @Sendable (ItemResult) -> Void,
    waits: Bool
  ) throws(RuntimeError) -> Item {
    guard !wiring.inputs.isEmpty else { throw .noInputs }
    guard values.count == wiring.inputs.count else {
      throw .wrongNumberOfInputs(expected: wiring.inputs.count, found: values.count)
    }
    try gate.enter(waits: waits)
    let arrival = arrival ?? time.now
    let item = Item(id: counter.next(), arrival: arrival, tokens: values.count, outputs: graph.outputs.count)
    {
      [gate] result in
      gate.leave()
      completion(result)
    }
    let isAccepted = isOpen.withLock { isOpen in
      guard isOpen else { return false }
      for (channel, value) in zip(wiring.inputs, values) {
        channel.send(Token(item: item, ready: arrival, order: 0, value: value))
      }
      return true
    }
    guard isAccepted else {
      gate.leave()
      throw .closed
    }
    return item
  }
}
