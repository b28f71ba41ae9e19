import Dataflow
import Foundation
import Vision

/// A pipeline that is loaded, warm, and answers requests.
public final class HostedPipeline: Sendable {
  public let pipeline: Pipeline
  public let limits: ImageLimits
  let settings: ServingSettings
  let executor: Executor
  /// Where requests wait for a place in the executor.
  let lane: Dispatcher.Lane
  let recorder: Recorder
  private let observe: @Sendable (DeviceError) -> Void
  /// What has been told of: failures of each device for each reason.
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
  ///   - plan: `Plan.overlapping` if not given. The knobs that the pipeline's file sets are turned in it.
  ///   - dispatcher: shares the machine out among the pipelines that have the same one.
  ///   - observe: told of the first failure of each kind of a device: clients can do nothing about it. Must not block.
  public init(
    _ pipeline: Pipeline, plan: Plan? = nil, on platform: Platform = .local,
    dispatcher: Dispatcher = Dispatcher(), limits: ImageLimits = ImageLimits(),
    observe: @escaping @Sendable (DeviceError) -> Void = { _ in }
  ) throws {
    self.pipeline = pipeline
    self.limits = limits
    self.observe = observe
    recorder = Recorder()
    let usual = platform.device(of: .cpu).map { Plan.overlapping(pipeline.graph, on: $0) }
    settings = pipeline.settings
    executor = try Executor(
      pipeline.graph, plan: pipeline.apply(settings, to: plan ?? usual ?? .fused(pipeline.graph)),
      on: platform, recorder: recorder)
    lane = dispatcher.open(
      weight: settings.weight, slots: min(executor.plan.slots, executor.capacity),
      concurrency: settings.concurrency)
  }

  /// Accepts one encoded image, without waiting.
  ///
  /// - Parameter completion: called once, on any thread; must not block. `answer` says what came of it.
  /// - Throws: `ImageError` if the image is refused by its header; `AdmissionError` if it would not be answered in time, or too
  ///   many requests are in flight.
  func submit(
    _ data: Data, named input: String, _ terms: RequestTerms = RequestTerms(),
    completion: @escaping @Sendable (Completed) -> Void
  ) throws -> Ticket {
    let image = try EncodedImage(data, limits: limits)
    return try submit([image], bytes: data.count, terms) {
      completion(Completed(input: input, image: image, result: $0))
    }
  }

  /// Puts an item in the line.
  func submit(
    _ item: [any Sendable], bytes: Int, _ terms: RequestTerms,
    completion: @escaping @Sendable (ItemResult) -> Void
  ) throws -> Ticket {
    var terms = terms
    terms.timeout = terms.timeout ?? settings.defaultTimeout
    return try lane.submit(bytes: bytes, terms) { [executor] arrival, completion in
      try executor.trySubmit(item, arrival: arrival, completion: completion)
    } completion: {
      completion($0)
    }
  }

  /// Puts an item in the line and suspends until it is answered. Cancelling the task cancels it.
  func process(_ item: [any Sendable], bytes: Int) async throws -> ItemResult {
    let submitted = Locked<Ticket?>(nil)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        do {
          let ticket = try submit(item, bytes: bytes, RequestTerms()) { continuation.resume(returning: $0) }
          submitted.withLock { $0 = ticket }
          if Task.isCancelled { ticket.cancel() }
        } catch {
          continuation.resume(throwing: error)
        }
      }
    } onCancel: {
      submitted.withLock { $0 }?.cancel()
    }
  }

  /// What is told about a completed image.
  ///
  /// - Throws: what a stage threw.
  func answer(_ completed: Completed) throws -> Answer {
    try check(completed.result)
    let attribution = recorder.attribution(of: completed.result, in: pipeline.graph)
    return Answer(
      report: InferenceReport(
        input: completed.input, image: completed.image, result: completed.result, attribution: attribution),
      attribution: attribution)
  }

  /// - Throws: what a stage threw.
  func check(_ result: ItemResult) throws {
    guard let error = result.error else { return }
    if let error = error as? DeviceError {
      let failure = DeviceFailure(device: error.device, reason: error.reason)
      if told.withLock({ $0.insert(failure).inserted }) { observe(error) }
    }
    throw error
  }

  /// Answers one encoded image.
  ///
  /// - Throws: what `submit` and `answer` throw.
  public func infer(_ data: Data, named input: String) async throws -> Answer {
    let image = try EncodedImage(data, limits: limits)
    let result = try await process([image], bytes: data.count)
    return try answer(Completed(input: input, image: image, result: result))
  }

  /// An image that has been through the pipeline.
  struct Completed: Sendable {
    let input: String
    let image: EncodedImage
    let result: ItemResult
  }

  public struct Answer: Sendable {
    public let report: InferenceReport
    public let attribution: Attribution
  }

  /// Answers what was accepted, and ends the workers. Blocks.
  public func drain() {
    lane.closeAndWait()
    executor.drain()
  }
}
