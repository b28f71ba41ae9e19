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
  public init(_ pipeline: Pipeline, on platform: Platform = .local, limits: ImageLimits = ImageLimits())
    throws
  {
    self.pipeline = pipeline
    self.limits = limits
    recorder = Recorder()
    let plan = platform.device(of: .cpu).map { Plan.overlapping(pipeline.graph, on: $0) }
    executor = try Executor(pipeline.graph, plan: plan, on: platform, recorder: recorder)
  }

  /// Answers one encoded image.
  ///
  /// - Throws: `ImageError` if the image is refused by its header, `RuntimeError.queueFull` when too many items
  ///   are in flight, and whatever a stage threw.
  public func infer(_ data: Data, named input: String) async throws -> Answer {
    let image = try EncodedImage(data, limits: limits)
    let result = try await executor.process(image)
    if let error = result.error { throw error }
    let attribution = recorder.attribution(of: result, in: pipeline.graph)
    return Answer(
      report: InferenceReport(input: input, image: image, result: result, attribution: attribution),
      attribution: attribution)
  }

  public struct Answer: Sendable {
    public let report: InferenceReport
    public let attribution: Attribution
  }

  /// Answers what was accepted, and ends the workers. Blocks.
  public func drain() { executor.drain() }
}
