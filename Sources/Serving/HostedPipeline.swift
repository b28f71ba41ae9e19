import Dataflow
import Foundation
import Vision

/// A pipeline that is loaded, warm, and answers requests.
public final class HostedPipeline: Sendable {
  public let pipeline: Pipeline
  public let limits: ImageLimits
  let executor: Executor
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
  ///   - plan: `Plan.overlapping` if not given.
  ///   - observe: told of the first failure of each kind of a device: clients can do nothing about it. Must not block.
  public init(
    _ pipeline: Pipeline, plan: Plan? = nil, on platform: Platform = .local,
    limits: ImageLimits = ImageLimits(), observe: @escaping @Sendable (DeviceError) -> Void = { _ in }
  ) throws {
    self.pipeline = pipeline
    self.limits = limits
    self.observe = observe
    recorder = Recorder()
    let plan = plan ?? platform.device(of: .cpu).map { Plan.overlapping(pipeline.graph, on: $0) }
    executor = try Executor(pipeline.graph, plan: plan, on: platform, recorder: recorder)
  }

  /// Accepts one encoded image, without waiting.
  ///
  /// - Parameter completion: called once, on a worker's thread; must not block. `answer` says what came of it.
  /// - Throws: `ImageError` if the image is refused by its header, `RuntimeError.queueFull` when too many items
  ///   are in flight.
  public func submit(
    _ data: Data, named input: String, completion: @escaping @Sendable (Completed) -> Void
  ) throws -> Item {
    let image = try EncodedImage(data, limits: limits)
    return try executor.trySubmit([image]) {
      completion(Completed(input: input, image: image, result: $0))
    }
  }

  /// What is told about a completed image.
  ///
  /// - Throws: what a stage threw.
  public func answer(_ completed: Completed) throws -> Answer {
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
    let result = try await executor.process(image)
    return try answer(Completed(input: input, image: image, result: result))
  }

  /// An image that has been through the pipeline.
  public struct Completed: Sendable {
    let input: String
    let image: EncodedImage
    let result: ItemResult
  }

  public struct Answer: Sendable {
    public let report: InferenceReport
    public let attribution: Attribution
  }

  /// Answers what was accepted, and ends the workers. Blocks.
  public func drain() { executor.drain() }
}
