import Basics
import Dataflow
import Planning

/// Measures a pipeline's throughput as if all before its network cost nothing: the network and its successors
/// run on an image prepared once, by the plan's implementations, batches and instances, on all cores.
public struct InferenceOnly: Sendable {
  /// The result of a measurement.
  public struct Sample: Sendable, Encodable {
    /// Images a second.
    public let throughput: Double
    public let items: Int
    public let seconds: Double
  }

  /// The allowed durations, seconds.
  public static let allowedSeconds = 0.1...10.0

  private let preparation: (graph: Graph, plan: Plan)
  private let inference: (graph: Graph, plan: Plan)
  private let platform: Platform

  /// - Throws: `InferenceOnlyError` if the pipeline isn't preparation and then a network; `PlanError`.
  public init(_ pipeline: Pipeline, plan: Plan, on platform: Platform = .local) throws {
    let graph = pipeline.graph
    let (before, after) = pipeline.halves
    guard pipeline.signature.takesImages, !before.isEmpty else {
      throw InferenceOnlyError(pipeline: pipeline.name)
    }
    let (preparing, inferring) = try (graph.part("prepare", of: before), graph.part("infer", of: after))
    guard preparing.outputs.count == 1, inferring.inputs.count == 1 else {
      throw InferenceOnlyError(pipeline: pipeline.name)
    }
    let inferencePlan = plan.part(of: after).filling(
      platform, with: graph.stages[pipeline.network])
    let batch = inferencePlan.placements.map(\.batch).max() ?? 1
    preparation = (preparing, plan.part(of: before).sequential(batch: batch))
    inference = (inferring, inferencePlan)
    self.platform = platform
    try preparation.plan.check(preparing, on: platform)
    try inferencePlan.check(inferring, on: platform)
  }

  /// Measures for about so many seconds. Blocks.
  ///
  /// - Throws: a stage's error.
  public func measure(_ image: EncodedImage, seconds: Double) throws -> Sample {
    // As many copies as make a batch, adjacent as if they were prepared together.
    let executor = try SequentialExecutor(preparation.graph, plan: preparation.plan, on: platform)
    let batch = preparation.plan.placements[0].batch
    let slots = try executor.process(items: Array(repeating: [image], count: batch)).map {
      [try $0.output(as: BatchSlot.self)] as [any Sendable]
    }
    let run = try ProbeRun(inference.graph, plan: inference.plan, on: platform, inputs: slots)
    // The first round determines how many images fill the time.
    _ = try run.run(seconds: seconds / 10)
    let time = MonotonicTime()
    let begin = time.now
    let sample = try run.run(seconds: seconds)
    return Sample(
      throughput: sample.throughput, items: Int(sample.items), seconds: Double(time.now - begin) / 1e9)
  }
}

/// An error: a pipeline has no part that is its network alone.
public struct InferenceOnlyError: Error, Hashable, CustomStringConvertible {
  public let pipeline: String

  public var description: String {
    "'\(pipeline)' is not an image's preparation and then one network, so there is no throughput of inference alone"
  }
}
