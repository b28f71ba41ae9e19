import Basics
import Dataflow
import Dispatch
import Foundation
import Synchronization
import Vision

/// Owns the models: loads, replaces and ends them one at a time in the background, while requests go on.
///
/// A model is loaded beside the one that it replaces, which then answers what it has accepted: both take
/// memory meanwhile.
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
  /// What answers its last requests, or is about to.
  private let retiring = Locked<[HostedPipeline]>([])
  private let drains = DispatchGroup()

  /// Loads and unloads that wait; readings of the index that do.
  static let longestQueue = 16
  /// How long the end of a pipeline is waited for before something else is loaded.
  private static let drainSeconds = 30.0

  /// - Parameter tell: told of what the operator should know, in one line. Must not block.
  public init(
    _ loader: ModelLoader = ModelLoader(), repository: ModelRepository? = nil,
    tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.loader = loader
    self.repository = repository
    self.tell = tell
  }

  /// What is served, in the order of the names.
  public var pipelines: [HostedPipeline] { models.pipelines }

  /// All that have workers: what is served, and what answers its last requests.
  var working: [HostedPipeline] {
    let served = models.pipelines
    return served + retiring.withLock { $0 }.filter { retiring in !served.contains { $0 === retiring } }
  }

  /// Loads a model, or loads it again: the highest version there is.
  ///
  /// - Parameter reply: called once, when it is served or can't be.
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
  /// - Parameter reply: called once, when it has answered its last request, or after 30 s.
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

  /// Lists the models that are loaded or were to be, and those of the repository that might be.
  ///
  /// - Throws: `.unavailable` if too many ask.
  func readIndex(
    onlyReady: Bool, reply: @escaping @Sendable (Result<RepositoryIndex, any Error>) -> Void
  ) throws {
    try enqueue(readings, reply) { [self] in
      var entries = models.all.flatMap(\.entries)
      if let repository, !onlyReady {
        entries += try await onOwnThread { [models] in
          try repository.names().filter { models[$0] == nil }.map { name in
            // It may have gone meanwhile.
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

  /// - Parameter work: replies itself where it throws nothing.
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

  /// What a model serves is about to be served no more. It works on, and nobody who counts that may miss it.
  func noteEnd(of model: ServedModel) {
    if let pipeline = model.pipeline { retiring.withLock { $0.append(pipeline) } }
  }

  /// Ends a pipeline that is served no more, once it has answered all that it accepted.
  private func retire(_ pipeline: HostedPipeline) async {
    let isOver = DispatchSemaphore(value: 0)
    drains.enter()
    Thread.detachNewThread { [self, observer = loader.observer] in
      pipeline.drain()
      // What it has drawn counts to its end; after that it is forgotten.
      observer?.pipelineEnds()
      retiring.withLock { $0.removeAll { $0 === pipeline } }
      observer?.pipelineEnds()
      drains.leave()
      isOver.signal()
    }
    _ = await onOwnThread { isOver.wait(timeout: .now() + Self.drainSeconds) }
  }

  /// Changes nothing more, but for what is being loaded at the moment.
  func close() {
    guard !isClosed.exchange(true, ordering: .releasing) else { return }
    closing.withLock { $0 = time.now }
  }

  /// Waits for what is being loaded, answers what was accepted, and ends all workers.
  ///
  /// - Parameter seconds: what is still read from the disk so long after `close` is given up: a drive may
  ///   never answer.
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
    if result == .timedOut { tell("what was being loaded is given up") }
    await onOwnThread { [models, drains] in
      for pipeline in models.pipelines { pipeline.drain() }
      drains.wait()
    }
  }
}

extension HostedPipeline {
  /// What it is and by which plan it runs, for the operator, and what else there is to be said of it.
  public var lines: [String] {
    ["\(name): \(version > 1 ? "version \(version), " : "")\(plan)"]
      + pipeline.remarks.map { "\(name): \($0)" }
  }
}
