import Basics
import Dataflow
import Foundation
import Planning
import Synchronization
import Vision

/// A pipeline that is loaded, warm, and serves requests.
public final class HostedPipeline: Sendable {
  public let pipeline: Pipeline
  public let limits: ImageLimits
  let settings: ServingSettings
  let executor: Executor
  /// The line of requests for the executor.
  let lane: Dispatcher.Lane
  let recorder: Recorder
  /// Counts from 1.
  let version: Int
  let statistics: ModelStatistics
  /// The prediction for the plan, where it was measured.
  let prediction: Prediction?
  /// The processors that the pipeline keeps busy.
  let load: ProcessorLoad
  /// Meanwhile no user's requests come, and none are recorded.
  let isWarmingUp = Atomic(false)
  private let record: @Sendable (RequestRecord) -> Void
  private let observe: @Sendable (DeviceError) -> Void
  /// Reported failures, one for each device and reason.
  private let told = Locked<Set<DeviceFailure>>([])

  private struct DeviceFailure: Hashable {
    let device: String
    let reason: DeviceError.Reason
  }

  public var name: String { pipeline.name }
  public var plan: Plan { executor.plan }

  /// Starts the pipeline's workers.
  ///
  /// - Parameters:
  ///   - plan: `Plan.overlapping` by default. The knobs of the pipeline's file are applied to it.
  ///   - dispatcher: shares the machine among the pipelines that use it.
  ///   - prediction: the prediction for the plan.
  ///   - record: called with the outcome of each request. Must not block.
  ///   - observe: called with the first failure of each kind of a device, which no client can repair. Must
  ///     not block.
  init(
    _ pipeline: Pipeline, plan: Plan? = nil, on platform: Platform = .local,
    dispatcher: Dispatcher = Dispatcher(), limits: ImageLimits = ImageLimits(), version: Int = 1,
    prediction: Prediction? = nil,
    record: @escaping @Sendable (RequestRecord) -> Void,
    observe: @escaping @Sendable (DeviceError) -> Void = { _ in }
  ) throws {
    self.pipeline = pipeline
    self.version = version
    self.record = record
    statistics = ModelStatistics(network: pipeline.network, of: pipeline.graph.stages.count)
    self.limits = limits
    self.observe = observe
    recorder = Recorder()
    settings = pipeline.settings
    executor = try Executor(
      pipeline.graph, plan: pipeline.apply(settings, to: plan ?? pipeline.usualPlan(on: platform)),
      on: platform, recorder: recorder)
    // A prediction is valid for its own plan only.
    self.prediction = executor.plan == plan ? prediction : nil
    load = try ProcessorLoad(pipeline.graph, plan: executor.plan, on: platform)
    lane = dispatcher.open(
      weight: settings.weight, slots: min(executor.plan.slots, executor.capacity),
      concurrency: settings.concurrency)
  }

  /// Starts the pipeline's workers. `observer` is notified of requests.
  public convenience init(
    _ pipeline: Pipeline, plan: Plan? = nil, on platform: Platform = .local,
    dispatcher: Dispatcher = Dispatcher(), prediction: Prediction? = nil,
    observer: (any RequestObserver)? = nil,
    observe: @escaping @Sendable (DeviceError) -> Void = { _ in }
  ) throws {
    try self.init(
      pipeline, plan: plan, on: platform, dispatcher: dispatcher, prediction: prediction,
      record: { observer?.record($0) }, observe: observe)
  }

  /// Adds an item to the line.
  func submit(
    _ item: [any Sendable], _ size: RequestSize, _ terms: RequestOptions, behind turns: Nanoseconds = 0,
    completion: @escaping @Sendable (ItemResult) -> Void
  ) throws -> Ticket {
    try lane.submit(size, complete(terms), behind: turns) { [executor] arrival, completion in
      try executor.trySubmit(item, arrival: arrival, completion: completion)
    } completion: {
      completion($0)
    }
  }

  /// Announces an item that begins to arrive: one that would be refused need not be kept until it is here.
  ///
  /// - Parameter size: as announced.
  /// - Returns: an object to keep until the item is here.
  /// - Throws: `AdmissionError`.
  func expect(_ size: RequestSize, _ terms: RequestOptions) throws -> Dispatcher.Lane.Expectation {
    try lane.expect(size, complete(terms))
  }

  private func complete(_ terms: RequestOptions) -> RequestOptions {
    RequestOptions(priority: terms.priority, timeout: terms.timeout ?? settings.defaultTimeout)
  }

  /// Runs one item and suspends until it is done. Cancelling the task cancels it.
  func process(_ input: Input, _ terms: RequestOptions = RequestOptions()) async throws -> Finished {
    let running = Locked<(any Cancellable)?>(nil)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        do {
          let work = try run([input], terms) { continuation.resume(returning: $0[0]) }
          running.withLock { $0 = work }
          if Task.isCancelled { work.cancel() }
        } catch {
          continuation.resume(throwing: error)
        }
      }
    } onCancel: {
      running.withLock { $0 }?.cancel()
    }
  }

  /// - Throws: a stage's error.
  func check(_ result: ItemResult) throws {
    guard let error = result.error else { return }
    if let error = error as? DeviceError {
      let failure = DeviceFailure(device: error.device, reason: error.reason)
      if told.withLock({ $0.insert(failure).inserted }) { observe(error) }
    }
    throw error
  }

  /// Runs one encoded image.
  ///
  /// - Throws: `ImageError`, `AdmissionError`, a stage's error.
  public func infer(_ data: Data, named name: String) async throws -> InferenceReport {
    try await infer(data, named: name, RequestOptions())
  }

  func infer(_ data: Data, named name: String, _ terms: RequestOptions) async throws -> InferenceReport {
    let (input, image) = try input(of: data)
    return try report(try await process(input, terms), on: image, named: name)
  }

  /// Runs tensors, one for each input of the pipeline, and returns one for each output.
  func infer(_ tensors: [Tensor], _ terms: RequestOptions = RequestOptions()) async throws -> [Tensor] {
    let finished = try await process(
      Input(values: tensors, bytes: tensors.reduce(0) { $0 + $1.bytes.count }), terms)
    try check(finished.result)
    return try pipeline.graph.outputs.indices.map { try finished.result.output($0) }
  }

  /// The report on a finished image.
  ///
  /// - Throws: a stage's error.
  func report(_ finished: Finished, on image: EncodedImage, named name: String) throws -> InferenceReport {
    try check(finished.result)
    _ = try pipeline.output(of: finished.result)
    return InferenceReport(
      input: name, image: image, result: finished.result,
      attribution: finished.attribution ?? recorder.attribution(of: finished.result, in: pipeline.graph),
      in: pipeline.graph)
  }

  /// A photograph with a result drawn on it. Takes as long as decoding it at full size.
  ///
  /// - Throws: `ImageError`.
  func draw(_ output: any TaskOutput, on image: EncodedImage, as format: DrawnPicture.Format) throws -> Data {
    try DrawnPicture.draw(output, on: image, as: format, limits: limits)
  }

  func note(_ request: RequestRecord) {
    guard !isWarmingUp.load(ordering: .relaxed) else { return }
    statistics.record(request, at: Int(Date().timeIntervalSince1970 * 1000))
    record(request)
  }

  /// The workers' latest events.
  public var trace: Trace { recorder.trace(of: pipeline.graph) }

  /// The pipeline's current state.
  var snapshot: PipelineSnapshot {
    let inRuntime = zip(plan.placements, executor.waiting).map {
      PipelineSnapshot.Queue(stage: $0.stages[0], length: $1)
    }
    let waiting = lane.waiting
    return PipelineSnapshot(
      name: name, version: version, plan: plan, prediction: prediction, inFlight: waiting + executor.inFlight,
      queues: [PipelineSnapshot.Queue(stage: "admission", length: waiting)] + inRuntime,
      occupancy: recorder.occupancy(of: pipeline.graph), batchSizes: recorder.batchSizes(of: pipeline.graph))
  }

  /// Completes all accepted requests, and ends the workers. Blocks.
  public func drain() {
    lane.closeAndWait()
    executor.drain()
  }
}
