import Basics
import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Vision

/// Whole answers of networks to photographs, through a pipeline that says what its exporter does.
@Suite struct AnswerTests {
  /// A graph of `make-graphs`, as far as a pipeline needs it.
  struct Graph: Decodable {
    struct Input: Decodable {
      let layout, type: String
    }
    let file: String
    let head: String?
    let input: Input?
    let output: String?
  }

  struct Graphs: Decodable { let graphs: [Graph] }

  private static let trained = [
    "yunet.onnx": Graph(file: "", head: "yunet", input: .init(layout: "nchw", type: "fp32"), output: nil),
    "selfie-segmentation.onnx": Graph(
      file: "", head: "probabilities", input: .init(layout: "nhwc", type: "fp32"), output: nil),
    "mobilenetv2-features.onnx": Graph(
      file: "", head: "vector", input: .init(layout: "nchw", type: "fp32"), output: nil),
  ]

  /// Those whose input's size is the same for all photographs, and that are no classifiers.
  static var answers: [TaskReferences.Answer] {
    get throws {
      try TaskReferences.load().answers.filter {
        $0.task != "classification" && ["crop", "stretch", "letterbox"].contains($0.rule.fit)
      }
    }
  }

  @Test(arguments: try answers)
  func equalsReference(_ answer: TaskReferences.Answer) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.pipeline(answer).utf8, to: "pipeline.yaml")
    let pipeline = try Pipeline(path)
    let name = answer.image == "shapes.png" ? "tasks/shapes.png" : "images/\(answer.image)"
    let image = try EncodedImage(TestImages.data(name))
    let output = try SequentialExecutor(pipeline.graph).process(image).output(as: (any TaskOutput).self)
    switch output {
    case let found as Detections: try compare(found, answer)
    case let found as Segmentation: try compare(found, answer)
    case let found as Depth: try compare(found, answer)
    case let found as Embedding: try compare(found, answer)
    default: Issue.record("\(output)")
    }
  }

  private func compare(_ found: Detections, _ answer: TaskReferences.Answer) throws {
    let expected = try #require(answer.detections)
    try #require(found.objects.count == expected.count)
    // A step of a pixel's value, by which two resizes may differ, moves what a network answers a little.
    let scale = Float(max(found.width, found.height)) / 1000
    for (found, expected) in zip(found.objects, expected) {
      #expect(found.index == expected.index)
      #expect(abs(found.score - expected.score) <= 0.02)
      let edges = [found.box.x1, found.box.y1, found.box.x2, found.box.y2]
      #expect(
        zip(edges, expected.box).allSatisfy { abs($0 - $1) <= max(5 * scale, 1) }, "\(edges) \(expected.box)")
      #expect(found.keypoints?.count == expected.keypoints?.count)
      guard let mask = found.mask, let wanted = expected.mask else { continue }
      #expect(Double(mask.difference(wanted.counts)) <= 0.05 * Double(max(mask.area, 100)))
    }
  }

  private func compare(_ found: Segmentation, _ answer: TaskReferences.Answer) throws {
    let expected = try Array(#require(answer.map).data)
    try #require(found.map.count == expected.count)
    let same = zip(found.map, expected).count { $0 == $1 }
    // Where two classes are nearly as likely, a step of a pixel's value decides.
    #expect(Double(same) / Double(expected.count) >= 0.995)
    let classes = try #require(answer.classes)
    let shares = Dictionary(uniqueKeysWithValues: classes.map { ($0.index, $0.share) })
    for part in found.classes { #expect(abs(part.share - (shares[part.index] ?? 0)) < 0.005) }
  }

  private func compare(_ found: Depth, _ answer: TaskReferences.Answer) throws {
    let expected = try #require(answer.map).floats
    try #require(found.map.count == expected.count)
    let range = (expected.max() ?? 0) - (expected.min() ?? 0)
    let near = zip(found.map, expected).count { abs($0 - $1) <= 0.01 * range }
    #expect(Double(near) / Double(expected.count) >= 0.999)
  }

  private func compare(_ found: Embedding, _ answer: TaskReferences.Answer) throws {
    let expected = Embedding(try #require(answer.vector))
    #expect(found.cosine(expected) >= 0.999, "\(found.cosine(expected))")
  }

  static func pipeline(_ answer: TaskReferences.Answer) throws -> String {
    let root = URL(filePath: #filePath).appending(path: "../../../../.deps").standardizedFileURL.path
    let all = try JSONDecoder().decode(Graphs.self, from: TestImages.data("graphs/manifest.json")).graphs
    let isTrained = trained[answer.model] != nil
    let known = trained[answer.model] ?? all.first { $0.file == answer.model }
    let graph = try #require(known)
    var model = "\(root)/\(isTrained ? "models" : "graphs")/\(answer.model)"
    if !model.hasSuffix(".onnx") {
      let files = try FileManager.default.subpathsOfDirectory(atPath: model)
      let file = files.first { $0.hasSuffix(".onnx") }
      model += "/" + (try #require(file))
    }
    let rule = answer.rule
    var resize = "filter: \(rule.filter)"
    if rule.fit == "crop" {
      resize += ", short_side: \(rule.shortSide ?? 0), crop: \(rule.size?.first ?? 0)"
    } else {
      resize += ", size: \(rule.size ?? []), fit: \(rule.fit)"
      if rule.fit == "letterbox" { resize += ", pad: \(rule.pad ?? [])" }
    }
    if !rule.antialias { resize += ", antialias: false" }
    let input = try #require(graph.input)
    var normalise = "layout: \(input.layout), channels: \(rule.channels), "
    let elements = ["fp32": "float32", "fp16": "float16", "uint8": "uint8"]
    normalise += "element: \(elements[input.type] ?? "")"
    let isPlain = rule.mean.allSatisfy { $0 == 0 } && rule.std.allSatisfy { $0 == 1 }
    if !(isPlain && input.type == "uint8") {
      // The file's numbers are for red, green and blue as they are.
      normalise += ", mean: \(rule.mean), standard_deviation: \(rule.std), range: 255"
    }
    let end: String
    switch answer.task {
    case "segmentation": end = "segment: {head: \(graph.head ?? "")}"
    case "depth": end = "depth: {kind: \(graph.head ?? "")}"
    case "embedding": end = "embed: {\(graph.output.map { "output: \($0)" } ?? "")}"
    default:
      end =
        "detect: {head: \(graph.head ?? ""), score: \(answer.settings.score), iou: \(answer.settings.iou)}"
    }
    return """
      name: answer
      stages:
        decode: {scale: exact}
        resize: {\(resize)}
        normalise: {\(normalise)}
        infer: {model: '\(model)', threads: 1}
        \(end)

      """
  }
}
