import Basics
import Dispatch

/// Executes a graph by a plan: a thread for each instance of each placement, and bounded queues between them.
///
/// The results are those of sequential execution, whatever the order of the workers (Kahn 1974).
///
/// At most `Plan.queueCapacity` items are in flight, or one iteration's items if that is more. Beyond that
/// the entrance refuses (`trySubmit`, `process`) or waits (`submit`). An error fails only the items that it
/// concerns. A graph without inputs runs until `drain`, `cancel` or its first error, which is then in
/// `failure`.
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
  /// Whether the inputs are open. The lock is held while an item is put on all inputs, so that they stay
  /// aligned. It is short: the gate guarantees room.
  private let isOpen = Locked(true)

  /// Makes the instances and starts the threads.
  ///
  /// - Throws: `PlanError`, an instance's error, or `POSIXError` if there are no threads left.
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
          nonisolated(unsafe) let worker = worker  // Handed to its thread and kept nowhere else.
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
    // The current thread may be among them, so none is waited for.
    threads.withLock { threads in
      for thread in threads { thread.detach() }
    }
  }

  /// Puts an item on the graph's inputs, waiting while too many are in flight.
  ///
  /// - Parameter completion: called once with the result, on a worker's thread; must not block.
  /// - Throws: `RuntimeError.closed` after `drain` or `cancel`, `.wrongNumberOfInputs`, `.noInputs`.
  @discardableResult
  public func submit(
    _ inputs: [any Sendable], completion: @escaping @Sendable (ItemResult) -> Void
  ) throws(RuntimeError) -> Item {
    try enter(inputs, completion, waits: true)
  }

  /// Puts an item on the graph's inputs, as `submit`, but throws `RuntimeError.queueFull` instead of waiting.
  ///
  /// - Parameter arrival: the start of earlier waiting elsewhere, by the executor's time source.
  @discardableResult
  public func trySubmit(
    _ inputs: [any Sendable], arrival: Nanoseconds? = nil,
    completion: @escaping @Sendable (ItemResult) -> Void
  ) throws(RuntimeError) -> Item {
    try enter(inputs, arrival: arrival, completion, waits: false)
  }

  /// Runs an item and suspends until its result. Cancelling the task cancels the item.
  ///
  /// - Throws: `RuntimeError.queueFull` at once if too many are in flight. A stage's error is in the result.
  public func process(_ inputs: any Sendable...) async throws -> ItemResult {
    try await process(all: inputs)
  }

  /// As `process`, for a number of values known only at run time.
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

  /// Runs an item while the calling thread, which must not be a worker's, waits.
  ///
  /// - Throws: `RuntimeError`. A stage's error is in the result.
  public func processAndWait(_ inputs: any Sendable...) throws(RuntimeError) -> ItemResult {
    let answer = Locked<ItemResult?>(nil)
    let isAnswered = DispatchSemaphore(value: 0)
    let item = try submit(inputs) { result in
      answer.withLock { $0 = result }
      isAnswered.signal()
    }
    isAnswered.wait()
    guard let result = answer.withLock({ $0 }) else {
      preconditionFailure("item \(item.id) has ended without a result")
    }
    return result
  }

  /// The most items in flight.
  public var capacity: Int { gate.limit }

  /// Items accepted and not yet complete.
  public var inFlight: Int { gate.count }

  /// For each placement of the plan, the tokens waiting in front of it.
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

  /// The first error of work outside submitted items: that of sources, and of graphs without inputs.
  public var failure: (any Error)? { ambient.error }

  /// Refuses new items, completes the accepted ones, and waits for the threads to end.
  ///
  /// Must not be called by a stage or a completion: it would wait for itself.
  public func drain() {
    close { $0.close() }
    join()
  }

  /// Refuses new items, fails the waiting ones with `CancellationError`, and waits for the threads to end.
  ///
  /// Must not be called by a stage or a completion: it would wait for itself.
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
    // Once this is `false`, no item is entering, and completions can be called without the lock.
    isOpen.withLock { $0 = false }
    for channel in wiring.inputs { close(channel) }
  }

  /// The lock is held throughout, so that every caller waits.
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
