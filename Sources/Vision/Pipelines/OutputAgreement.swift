import Basics
import Dataflow
import Foundation
import Planning

/// How far a network's outputs in reduced precision agree with the reference's, on calibration images: as the task measures it.
struct OutputAgreement {
  private let pipeline: Pipeline
  private let images: [EncodedImage]

  /// - Throws: `FileError` if there are no images.
  init(_ pipeline: Pipeline) throws {
    self.pipeline = pipeline
    guard let folder = pipeline.tolerance.images ?? Installation.find(".deps/calibration") else {
      throw FileError(
        "there are no images to compare results on; run Scripts/setup, or give 'images' of 'tolerance'")
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    images = names.sorted().compactMap { name in
      (try? Data(readingImage: "\(folder)/\(name)")).flatMap { try? EncodedImage($0) }
    }
    guard !images.isEmpty else {
      throw FileError("there is no JPEG, PNG or WebP image in \(folder); put some there")
    }
  }

  func measure(on platform: Platform) throws -> [Calibration.Agreement] {
    let graph = pipeline.graph
    let reference = try outputs(Plan.fused(graph), platform)
    return try graph.stages.flatMap { stage in
      let ways = Set(stage.implementations.compactMap(\.approximation)).sorted { $0.caution < $1.caution }
      return try Dictionary(grouping: ways, by: \.name).values.flatMap { ways in
        try agreements(of: stage, ways, with: reference, platform)
      }
    }
  }

  /// Tries one way with ever more caution, until it suffices: more would only be slower.
  private func agreements(
    of stage: Stage, _ ways: [Approximation], with reference: [any TaskOutput], _ platform: Platform
  ) throws -> [Calibration.Agreement] {
    var agreements: [Calibration.Agreement] = []
    for way in ways {
      let alike = stage.implementations.filter { $0.approximation == way }
      let plan = Plan([
        Placement(pipeline.graph.stages.map(\.name), implementations: [stage.name: alike[0].name])
      ])
      // What fails agrees with nothing.
      let found = (try? outputs(plan, platform)) ?? []
      let same = zip(reference, found).reduce(0) { $0 + $1.1.agreement(withAny: $1.0) }
      let agreement = same / Double(reference.count)
      agreements += alike.map { implementation in
        Calibration.Agreement(
          stage: stage.name, implementation: implementation.name, metric: pipeline.tolerance.name,
          value: agreement, samples: reference.count)
      }
      if agreement >= pipeline.tolerance.agreement ?? 1 { break }
    }
    return agreements
  }

  private func outputs(_ plan: Plan, _ platform: Platform) throws -> [any TaskOutput] {
    let executor = try SequentialExecutor(pipeline.graph, plan: plan, on: platform)
    return try images.map { try pipeline.output(of: executor.process($0)) }
  }
}
