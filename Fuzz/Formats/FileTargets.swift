import Basics
import Dataflow
import Foundation
import Planning
import Reinforcement
import TestSupport
import Vision

/// Files that people write or are given.
enum FileTargets {
  /// Pipelines, experiments and platforms; each text is read as all of them. Networks are missing, so that no time goes to engines.
  static func yaml() throws -> FuzzTarget {
    let folders = ["Pipelines", "Experiments", "Platforms"]
    var samples = try folders.flatMap { folder in
      let path = Repository.root.appending(path: folder)
      return try FileManager.default.contentsOfDirectory(atPath: path.path).sorted()
        .filter { $0.hasSuffix(".yaml") }
        .map { Array(try Data(contentsOf: path.appending(path: $0))) }
    }
    samples.append(
      Array(
        """
        name: tiny
        stages:
          decode: {scale: auto}
          resize: {short_side: 256, crop: 224, filter: bilinear}
          normalise: {mean: [123.675, 116.28, 103.53], standard_deviation: [58.395, 57.12, 57.375]}
          infer: {model: model.onnx, threads: 1}
        tolerance: {top1_agreement: 0.99}
        concurrency: 64
        inference_instances: 2
        default_timeout_us: 10000000
        weight: 0.5

        """.utf8))
    let folder = try TemporaryFolder()
    return FuzzTarget(samples: samples) { bytes, number in
      let text = String(decoding: bytes, as: UTF8.self)
      switch number % 3 {
      case 0:
        let path = try folder.write(bytes, to: "fuzzed.yaml")
        _ = try Pipeline(path)
        return "pipeline"
      case 1:
        _ = try Experiment(yaml: text, file: "fuzzed.yaml")
        return "experiment"
      default:
        _ = try Platform(ConfigurationNode(yaml: text, file: "fuzzed.yaml"))
        return "platform"
      }
    }
  }

  /// What is read of networks without an engine.
  static func onnx() throws -> FuzzTarget {
    let models = [
      ONNXModel(), SampleRequests.identity, ONNXModel { $0.isNHWC = true },
      ONNXModel { $0.listsWeightsAsInputs = true }, ONNXModel { $0.hasSecondInput = true },
      ONNXModel { $0.element = .uint8 }, ONNXModel { $0.givesArgMax = true },
    ]
    return FuzzTarget(samples: models.map { Array($0.data) }) { bytes, _ in
      bytes.exactly { ONNXWork($0, item: [3, 16, 16]) } == nil ? "unknown" : "read"
    }
  }
}
