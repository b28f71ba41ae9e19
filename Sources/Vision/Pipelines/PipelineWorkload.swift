import Basics
import Dataflow
import Foundation
import Planning

/// A pipeline with images or tensors to run it on, for calibration and verification.
public struct PipelineWorkload: Workload {
  public var pipeline: Pipeline
  public let footprints: [Footprint]
  /// One item for each footprint: a value for every input of the graph.
  private let items: [[any Sendable]]

  public var graph: Graph { pipeline.graph }
  public var tolerance: [String: Double] { pipeline.tolerance.metrics }
  public var constraints: [String: PlacementConstraint] { pipeline.constraints }

  /// - Parameter images: image files, the usual one first; a pipeline of images can't be measured without.
  /// - Throws: `FileError`.
  public init(_ pipeline: Pipeline, images: [String] = []) throws {
    self.pipeline = pipeline
    switch pipeline.signature {
    case .image:
      let encoded = try images.map { path in
        do {
          return try EncodedImage(Data(readingImage: path))
        } catch {
          throw FileError("\(path): \(error)")
        }
      }
      items = encoded.map { [$0] }
      footprints = encoded.map { image in
        Footprint(
          "\(image.header.displayedWidth) × \(image.header.displayedHeight) \(image.header.format), \(image.data.count.counted("byte"))",
          size: Double(image.data.count),
          pixels: image.header.format == .jpeg ? [image.header.height, image.header.width] : nil)
      }
    case .tensors(let inputs, _):
      // Zeros, where the shapes determine their number.
      let zeros = try Tensor.zeros(for: inputs, pipeline.limits)
      items = zeros.map { [$0] } ?? []
      footprints = zeros == nil ? [] : [Footprint("a batch of 1", size: 1)]
    }
  }

  /// The basis of the results and their cost: the graph, the file without its serving settings, and the models' files.
  public var signature: String {
    let stages = graph.stages.map { stage in
      "\(stage.name): \(stage.implementations.map(\.name).joined(separator: ", "))"
    }
    let files = graph.stages.compactMap { $0.operation as? any ModelReader }.flatMap { reader in
      Set(reader.variants.map(\.path)).sorted().flatMap { [$0, EngineVariant.quantised($0)] }
    }
    return pipeline.source + (stages + files.compactMap(FileContent.text)).joined(separator: "\n")
  }

  public var libraries: [String: String] {
    Dictionary(
      uniqueKeysWithValues: Engines.all.compactMap { engine in engine.version.map { (engine.name, $0) } })
  }

  public func start(_ plan: Plan, on platform: Platform, for footprint: Footprint) throws -> any WorkloadRun {
    guard let index = footprints.firstIndex(of: footprint) else {
      throw FileError("there is no input of \(footprint) to measure with; name some with --image")
    }
    return try ProbeRun(graph, plan: plan, on: platform, inputs: [items[index]])
  }

  /// Starts the pipeline on all inputs by turns.
  ///
  /// - Parameter isAlone: whether an item starts only after the previous one's result.
  public func start(_ plan: Plan, on platform: Platform, isAlone: Bool) throws -> any WorkloadRun {
    try ProbeRun(graph, plan: plan, on: platform, inputs: items, isAlone: isAlone)
  }

  public func agreements(on platform: Platform) throws -> [Calibration.Agreement] {
    guard !pipeline.tolerance.metrics.isEmpty else { return [] }
    return try OutputAgreement(pipeline).measure(on: platform)
  }
}
