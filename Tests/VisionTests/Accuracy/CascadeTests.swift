import Dataflow
import Foundation
import Planning
import TestSupport
import Testing

@testable import Vision

/// Networks of 8-bit integers, and float32 where those are unsure.
@Suite struct CascadeTests {
  /// The cat, of which the network can't say whether it is a tiger cat or an Egyptian, and a cup of espresso, of which it is
  /// sure.
  private static let (cat, cup) = ("chelsea.png", "coffee.png")

  private func scores(_ graph: Graph, _ way: String, _ names: [String]) throws -> [[Float]] {
    let plan = Plan([
      Placement(graph.stages.map(\.name), implementations: ["infer": way], batch: names.count)
    ])
    let items = try names.map { [try EncodedImage(Repository.image($0))] }
    return try SequentialExecutor(graph, plan: plan).process(items: items).map {
      try $0.output(as: Classification.self).labels.map(\.score)
    }
  }

  @Test(arguments: Engines.all.map(\.name))
  func computesAgainWhatIsUndecided(engine name: String) throws {
    let engine = try #require(Engines.named(name))
    let variants = EngineVariant.all(model: try EfficientNet.model(), engine: engine, threads: 1)
    let graph = try Graph(
      "cascade", chain: EfficientNet.preparation + [.infer(variants), .label(top: 1000, softmax: false)]
    ).withCascades()
    func scores(_ way: String, _ names: [String]) throws -> [[Float]] {
      try self.scores(graph, name + way, names)
    }
    let (cat, cup) = (Self.cat, Self.cup)
    let (exact, quick) = (try scores("", [cat]), try scores("-int8", [cat]))
    #expect(exact != quick, "quantised numbers are others")
    let cascade = "-int8-cascade-0.25"
    #expect(try scores(cascade, [cat]) == exact)
    #expect(try scores(cascade, [cup]) == scores("-int8", [cup]))
    // Of a batch, the cat alone.
    #expect(try scores(cascade, [cup, cat]) == scores("-int8", [cup]) + exact)
    #expect(try scores(cascade, [cat, cat]) == exact + exact)
  }

  /// Every task whose scores show how sure they are.
  @Test(arguments: [
    ("detect-faces", "yunet", true), ("segment-person", "selfie-segmentation", true),
    ("embed", "mobilenetv2-features", false),
  ])
  func isOfEveryTaskThatCanTell(name: String, model: String, canTell: Bool) throws {
    let folder = try TemporaryFolder()
    let data = try Data(contentsOf: URL(filePath: Repository.path(".deps/models/\(model).onnx")))
    _ = try folder.write(data, to: "\(model).onnx")
    _ = try folder.write(data, to: "\(model).int8.onnx")
    let text = try Repository.pipeline(name).replacing(try Repository.path(".deps/models") + "/", with: "")
    let pipeline = try Pipeline(folder.write(text.utf8, to: "\(name).yaml"))
    let ways = try #require(pipeline.graph.stages.first { $0.name == "infer" }).implementations.map(\.name)
    let cascades = ways.filter { $0.contains("cascade") }
    #expect(cascades.isEmpty != canTell)
    let image = try EncodedImage(Repository.image("astronaut.png"))
    func output(_ way: String) throws -> any TaskOutput {
      let plan = Plan([Placement(pipeline.graph.stages.map(\.name), implementations: ["infer": way])])
      return try SequentialExecutor(pipeline.graph, plan: plan).process(image).output()
    }
    for way in cascades.prefix(4) { #expect(try output(way).text == output(ways[0]).text) }
  }

  /// Where scores are near the threshold, or few pixels are decided, the outputs are unsure.
  @Test func tellsWhatIsUnsure() throws {
    let frame = CropGeometry(height: 64, width: 64).frame(width: 64, height: 64)
    func outputs(_ shape: [Int], _ numbers: [Float]) throws -> NetworkOutputs {
      let tensor = try Tensor(shape: shape)
      _ = tensor.data.update(fromContentsOf: numbers)
      return NetworkOutputs(tensors: [tensor], row: 0, frame: frame)
    }
    // Two objects of one class, side by side: x, y, width, height, score, class of each row.
    let network = HeadNetwork(
      outputs: [TensorDescription(name: "output0", element: .float32, shape: [2, 6])], isStated: true)
    let head = try #require(YOLOEndToEndHead(network))
    var settings = DetectSettings(YOLOEndToEndHead.self)
    settings.score = 0.5
    let objects = ObjectCertainty(head: head, settings: settings)
    for (score, isCertain) in [(0.9, true), (0.55, false), (0.45, false), (0.1, true), (.nan, false)]
      as [(Float, Bool)]
    {
      let given = try outputs([1, 2, 6], [0, 0, 10, 10, 0.95, 0, 30, 30, 50, 50, score, 0])
      #expect(objects.isCertain(given, margin: 0.1) == isCertain, "\(score)")
    }
    for (head, channels) in [(SegmentationHead.probabilities, 1), (.logits, 3)] {
      let map = MapOutput(output: 0, name: "map", channels: channels, isLast: true)
      let pixels = PixelCertainty(settings: SegmentSettings(head: head, map: map))
      for (undecided, isCertain) in [(0, true), (1, true), (2, false)] {
        let numbers = (0..<100).flatMap { pixel -> [Float] in
          let number: Float = pixel < undecided ? 0.5 : 0.9
          return channels == 1 ? [number] : [number, 0.52, 0.1]
        }
        let given = try outputs([1, 10, 10, channels], numbers)
        #expect(pixels.isCertain(given, margin: 0.12) == isCertain, "\(head) \(undecided)")
      }
      #expect(
        !pixels.isCertain(
          try outputs([1, 1, 1, channels], Array(repeating: .nan, count: channels)), margin: 0))
    }
  }

  @Test(arguments: [
    ([3, 1, 2] as [Float], 1, true), ([3, 1, 2], 1.3, false), ([2, 2], 0, false), ([.nan, .nan], 0, false),
    ([1, .nan, 7], 0.1, false), ([.infinity, 1], 0.1, false),
  ])
  func decides(scores: [Float], margin: Float, isDecided: Bool) {
    var scores = scores
    scores.withUnsafeMutableBufferPointer {
      #expect(ScoreCertainty.isDecided($0, margin) == isDecided)
    }
  }

  @Test func quantisedModelMustFit() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(ONNXModel().data, to: "model.onnx")
    _ = try folder.write(ONNXModel { $0.side = 1 }.data, to: "model.int8.onnx")
    let variants = EngineVariant.all(model: path, engine: ONNXRuntimeEngine(), threads: 1)
    let cascade = try #require(Cascade.all(of: variants).first)
    #expect { _ = try cascade.sessions() } throws: { "\($0)".contains("quantised model") }
  }

  /// What was measured of a model doesn't hold for another one of its name.
  @Test func calibrationsDependOnTheModelsFiles() throws {
    let folder = try TemporaryFolder()
    let file = try PipelineFile().write(to: folder)
    func signature() throws -> String { try PipelineWorkload(Pipeline(file)).signature }
    let before = try signature()
    #expect(try signature() == before)
    let model = try #require(
      FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(".onnx") })
    _ = try folder.write(ONNXModel { $0.bias = [1, 0, 0, 0, 0, 0] }.data, to: model)
    let changed = try signature()
    #expect(changed != before)
    _ = try folder.write(ONNXModel().data, to: EngineVariant.quantised(model))
    #expect(try signature() != changed)
  }

  /// The quantised ways are there if the file is, and calibration finds the one of least margin within the tolerance.
  @Test func leastMarginWithinTolerance() throws {
    let folder = try TemporaryFolder()
    let model = try EfficientNet.model()
    let variants = EngineVariant.all(model: model, engine: OpenVINOEngine(), threads: 1)
    #expect(Cascade.all(of: variants).count == 4)
    let images = folder.path + "/images"
    try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
    for name in ["chelsea.png", "coffee.png", "rocket.jpg"] {
      try Repository.image(name).write(to: URL(filePath: "\(images)/\(name)"))
    }
    let text =
      try Repository.pipeline("classify")
      .replacing("infer:", with: "infer:\n    engine: openvino\n    threads: 1")
      + "\ntolerance: {top1_agreement: 1, images: \(images)}"
    let file = try folder.write(text.utf8, to: "classify.yaml")
    let agreements = try PipelineWorkload(Pipeline(file)).agreements(on: .local)
    let int8 = agreements.filter { $0.implementation.contains("int8") }
    #expect(int8.last?.value == 1)
    #expect(int8.dropLast().allSatisfy { $0.value < 1 })
    #expect(int8.count < 5, "the margins after the first that is enough aren't tried")
  }
}
