import Dataflow
import Foundation

/// How often a network in reduced precision names the same likeliest class as the reference, on calibration images.
struct Top1Agreement {
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
    let reference = try classes(Plan.fused(graph), platform)
    return try graph.stages.flatMap { stage in
      let reduced = stage.implementations.filter(\.isReducedPrecision)
      // The same network in the same precision gives the same answer with any number of threads.
      return try Dictionary(grouping: reduced, by: \.nameWithoutThreads).values.flatMap { alike in
        let plan = Plan([
          Placement(graph.stages.map(\.name), implementations: [stage.name: alike[0].name])
        ])
        let found = try classes(plan, platform)
        let same = zip(reference, found).count { $0 == $1 }
        return alike.map { implementation in
          Calibration.Agreement(
            stage: stage.name, implementation: implementation.name, metric: Tolerance.top1Agreement,
            value: Double(same) / Double(reference.count), samples: reference.count)
        }
      }
    }
  }

  /// The likeliest class of each image.
  private func classes(_ plan: Plan, _ platform: Platform) throws -> [Int] {
    let executor = try SequentialExecutor(pipeline.graph, plan: plan, on: platform)
    return try images.map { image in
      let classification = try executor.process(image).output(as: Classification.self)
      return classification.labels.first?.index ?? -1
    }
  }
}

extension Implementation {
  /// As `EngineVariant.name` builds names.
  fileprivate var nameWithoutThreads: String {
    name.replacingOccurrences(of: "-[0-9]+-threads$", with: "", options: .regularExpression)
  }
}
