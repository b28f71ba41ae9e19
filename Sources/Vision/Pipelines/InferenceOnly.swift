import Basics
import Dataflow
import Planning

/// How many images a second a pipeline would do if all that leads up to its network cost nothing: the network and what comes
/// behind it, on an image that was prepared once, by the plan's implementations, batches and instances, with all cores.
public struct InferenceOnly: Sendable {
  /// What running for a while gave.
  public struct Sample: Sendable, Encodable {
    /// Images a second.
    public let throughput: Double
    public let items: Int
    public let seconds: Double
  }

  /// What may be asked for.
  public static let allowedSeconds = 0.1...10.0

  private let preparation: (graph: Graph, plan: Plan)
  private let inference: (graph: Graph, plan: Plan)
  private let platform: Platform

  /// - Throws: `InferenceOnlyError` if the pipeline isn't preparation and then a network; `PlanError`.
  public init(_ pipeline: Pipeline, plan: Plan, on platform: Platform = .local) throws {
    let graph = pipeline.graph
    let (before, after) = pipeline.halves
    guard pipeline.signature == .image, !before.isEmpty else {
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

  /// Runs for about so long. Blocks.
  ///
  /// - Throws: what a stage throws.
  public func measure(_ image: EncodedImage, seconds: Double) throws -> Sample {
    // As many copies as make a batch, side by side as they are where they are prepared together.
    let executor = try SequentialExecutor(preparation.graph, plan: preparation.plan, on: platform)
    let batch = preparation.plan.placements[0].batch
    let slots = try executor.process(items: Array(repeating: [image], count: batch)).map {
      [try $0.output(as: BatchSlot.self)] as [any Sendable]
    }
    let run = try ProbeRun(inference.graph, plan: inference.plan, on: platform, inputs: slots)
    // The first round says how many images fill the time.
    _ = try run.run(seconds: seconds / 10)
    let time = MonotonicTime()
    let begin = time.now
    let sample = try run.run(seconds: seconds)
    return Sample(
      throughput: sample.throughput, items: Int(sample.items), seconds: Double(time.now - begin) / 1e9)
  }
}

/// A pipeline has no part that is its network alone.
public struct InferenceOnlyError: Error, Hashable, CustomStringConvertible {
  public let pipeline: String

  public var description: String {
    "'\(pipeline)' is not an image's preparation and then one network, so there is no throughput of inference alone"
  }
}
