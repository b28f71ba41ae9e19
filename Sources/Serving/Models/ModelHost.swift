import Basics
import Dataflow
import Dispatch
import Foundation
import Synchronization
import Vision

/// Owns the models: loads, replaces and ends them one at a time in the background, while requests go on.
///
/// A new version is loaded beside the one that it replaces, which then completes its accepted requests: both
/// take memory meanwhile.
public final class ModelHost: Sendable {
  let models = ServedModels()
  let repository: ModelRepository?
  let loader: ModelLoader
  let tell: @Sendable (String) -> Void
  private let changes = SerialQueue(limit: ModelHost.longestQueue)
  private let readings = SerialQueue(limit: ModelHost.longestQueue)
  private let isClosed = Atomic(false)
  private let closing = Locked<Nanoseconds?>(nil)
  private let time = MonotonicTime()
  /// Pipelines that complete their last requests, or are about to.
  private let retiring = Locked<[HostedPipeline]>([])
  private let drains = DispatchGroup()

  /// The maximum of waiting loads and unloads, and of waiting readings of the index.
  static let longestQueue = 16
  /// The maximum wait for a pipeline's end before the next change.
  private static let drainSeconds = 30.0

  /// - Parameter tell: called with each line for the operator. Must not block.
  public init(
    _ loader: ModelLoader = ModelLoader(), repository: ModelRepository? = nil,
    tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.loader = loader
    self.repository = repository
    self.tell = tell
  }

  /// The served pipelines, in the order of their names.
  public var pipelines: [HostedPipeline] { models.pipelines }

  /// All pipelines with workers: the served ones, and those completing their last requests.
  var working: [HostedPipeline] {
    let served = models.pipelines
    return served + retiring.withLock { $0 }.filter { retiring in !served.contains { $0 === retiring } }
  }

  /// Loads a model's highest version, or loads it again.
  ///
  /// - Parameter reply: called once, when it is served or has failed.
  /// - Throws: `.unavailable` if too many changes wait.
  func load(_ name: String, reply: @escaping @Sendable (Result<Void, any Error>) -> Void) throws {
    try enqueue(changes, reply) { [self] in
      do {
        let model = try await model(named: name)
        let replaced = try await load(model)
        reply(.success(()))
        for line in model.pipeline?.lines ?? [] { tell(line) }
        if let replaced { await retire(replaced) }
      } catch let failure as LoadFailure {
        tell("\(failure)")
        throw failure
      }
      await onOwnThread { MemoryTrim.giveBack() }
    }
  }

  /// Takes a model out of service.
  ///
  /// - Parameter reply: called once, after the model's last request, or after 30 s.
  /// - Throws: `.unavailable` if too many changes wait.
  func unload(_ name: String, reply: @escaping @Sendable (Result<Void, any Error>) -> Void) throws {
    try enqueue(changes, reply) { [self] in
      let model = try models.model(name)
      noteEnd(of: model)
      if let pipeline = model.unload() {
        tell("\(name): unloaded")
        await retire(pipeline)
      }
      reply(.success(()))
      await onOwnThread { MemoryTrim.giveBack() }
    }
  }

  /// Lists the models that are or were to be loaded, and the repository's other models.
  ///
  /// - Throws: `.unavailable` if too many readings wait.
  func readIndex(
    onlyReady: Bool, reply: @escaping @Sendable (Result<RepositoryIndex, any Error>) -> Void
  ) throws {
    try enqueue(readings, reply) { [self] in
      var entries = models.all.flatMap(\.entries)
      if let repository, !onlyReady {
        entries += try await onOwnThread { [models] in
          try repository.names().filter { models[$0] == nil }.map { name in
            // The entry may have gone meanwhile.
            RepositoryIndex.Entry(
              name: name, version: try? repository.versions(of: name).first, isReady: false,
              reason: "not loaded")
          }
        }
      }
      let wanted = entries.filter { $0.isReady || !onlyReady }
      reply(
        .success(
          RepositoryIndex(entries: wanted.sorted { ($0.name, $0.version ?? 0) < ($1.name, $1.version ?? 0) }))
      )
    }
  }

  /// - Parameter work: calls `reply` itself unless it throws.
  private func enqueue<Value>(
    _ queue: SerialQueue, _ reply: @escaping @Sendable (Result<Value, any Error>) -> Void,
    _ work: @escaping @Sendable () async throws -> Void
  ) throws {
    let isTaken = queue.add { [self] in
      do {
        guard !isClosed.load(ordering: .acquiring) else { throw RuntimeError.closed }
        try await work()
      } catch {
        reply(.failure(error))
      }
    }
    guard isTaken else {
      guard !isClosed.load(ordering: .acquiring) else { throw RuntimeError.closed }
      throw RequestFailure(
        .unavailable, "\(Self.longestQueue) such requests are waiting, which is the limit; try again",
        retryAfter: 1)
    }
  }

  /// Notes that a model's pipeline, which still works, ends soon, so that counters don't miss it.
  func noteEnd(of model: ServedModel) {
    if let pipeline = model.pipeline { retiring.withLock { $0.append(pipeline) } }
  }

  /// Ends a pipeline that is no longer served, after its accepted requests.
  private func retire(_ pipeline: HostedPipeline) async {
    let isOver = DispatchSemaphore(value: 0)
    drains.enter()
    Thread.detachNewThread { [self, observer = loader.observer] in
      pipeline.drain()
      // Its energy counts until its end.
      observer?.pipelineEnds()
      retiring.withLock { $0.removeAll { $0 === pipeline } }
      observer?.pipelineEnds()
      drains.leave()
      isOver.signal()
    }
    _ = await onOwnThread { isOver.wait(timeout: .now() + Self.drainSeconds) }
  }

  /// Accepts no more changes; a load in progress continues.
  func close() {
    guard !isClosed.exchange(true, ordering: .releasing) else { return }
    closing.withLock { $0 = time.now }
  }

  /// Waits for a load in progress, completes accepted requests, and ends all workers.
  ///
  /// - Parameter seconds: time after `close` until a load in progress is abandoned: a drive may never
  ///   respond.
  func drain(within seconds: Double = .infinity) async {
    close()
    let end = (closing.withLock { $0 } ?? time.now).addingReportingOverflow(
      Nanoseconds(saturating: seconds * 1e9))
    let isOver = DispatchSemaphore(value: 0)
    Task { [readings, changes] in
      await readings.finish()
      await changes.finish()
      isOver.signal()
    }
    let rest = end.overflow ? Int.max : Int(clamping: end.partialValue - min(end.partialValue, time.now))
    let result = await onOwnThread {
      isOver.wait(timeout: rest == .max ? .distantFuture : .now() + .nanoseconds(rest))
    }
    if result == .timedOut { tell("a load in progress is abandoned") }
    await onOwnThread { [models, drains] in
      for pipeline in models.pipelines { pipeline.drain() }
      drains.wait()
    }
  }
}

extension HostedPipeline {
  /// The model's name, version and plan, and its remarks, a line each, for the operator.
  public var lines: [String] {
    ["\(name): \(version > 1 ? "version \(version), " : "")\(plan)"]
      + pipeline.remarks.map { "\(name): \($0)" }
  }
}
