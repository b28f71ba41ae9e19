import Dataflow
import Foundation
import Vision

/// A pipeline that is loaded, warm, and answers requests.
public final class HostedPipeline: Sendable {
  public let pipeline: Pipeline
  public let limits: ImageLimits
  let executor: Executor
  let recorder: Recorder

  public var name: String { pipeline.name }
  public var plan: Plan { executor.plan }

  /// Starts the pipeline's workers.
  ///
  /// - Parameter plan: `Plan.overlapping` if not given.
  public init(
    _ pipeline: Pipeline, plan: Plan? = nil, on platform: Platform = .local,
    limits: ImageLimits = ImageLimits()
  ) throws {
    self.pipeline = pipeline
    self.limits = limits
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
    if let error = completed.result.error { throw error }
    let attribution = recorder.attribution(of: completed.result, in: pipeline.graph)
    return Answer(
      report: InferenceReport(
        input: completed.input, image: completed.image, result: completed.result, attribution: attribution),
      attribution: attribution)
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
