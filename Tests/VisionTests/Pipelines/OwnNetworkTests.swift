import Dataflow
import Foundation
import Planning
import TestSupport
import Testing

@testable import Vision

/// Networks of other people's: what they take and give is met by keys of the pipeline's file, or refused with the reason.
@Suite struct OwnNetworkTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A classifier of images: the mean of each channel, and what follows.
  private func network(
    _ element: ONNXModel.Element = .float32, _ shape: [ONNXFile.Extent] = ["N", 3, 16, 16],
    _ output: [ONNXFile.Extent] = ["N", 3], ending: (inout ONNXFile, String) -> Void
  ) -> ONNXFile {
    var file = ONNXFile()
    file.input("image", element, shape)
    file.output("scores", output)
    file.node("Cast", ["image"], ["pixels"], ["to": .integer(1)])
    let isLast = if case .fixed(let last) = shape[3], last == 3 || last == 1 { true } else { false }
    file.node(
      "ReduceMean", ["pixels"], ["mean"],
      ["axes": .integers(isLast ? [1, 2] : [2, 3]), "keepdims": .integer(0)])
    ending(&file, "mean")
    return file
  }

  private func load(_ file: ONNXFile, _ change: (inout PipelineFile) -> Void = { _ in }) throws -> Pipeline {
    let text = PipelineFile {
      $0.model = file.data
      $0.labels = nil
      $0.label = "{}"
      change(&$0)
    }
    return try Pipeline(text.write(to: folder))
  }

  private func labels(
    _ pipeline: Pipeline, red: UInt8 = 10, green: UInt8 = 20, blue: UInt8 = 200, width: Int = 20
  ) throws -> [Classification.Label] {
    let image = try EncodedImage(PNGFile.solid(width: width, height: 30, red: red, green: green, blue: blue))
    let result = try SequentialExecutor(pipeline.graph).process(image)
    return try result.output(as: Classification.self).labels
  }

  private func refusal(_ body: () throws -> Void) throws -> String {
    "\(try #require(throws: (any Error).self) { try body() })"
  }

  private static let plain = "{mean: [0, 0, 0], standard_deviation: [1, 1, 1]}"

  // MARK: Scores

  /// A softmax that is part of the network isn't applied again, and a sigmoid's single number is told as it is.
  @Test func whatTheNetworkEndsIn() throws {
    let softmax = try load(network { $0.node("Softmax", [$1], ["scores"], ["axis": .integer(1)]) })
    let sum = try labels(softmax).reduce(0) { $0 + $1.score }
    #expect(abs(sum - 1) < 1e-5)
    // Of the mean values 0.04, 0.08 and 0.78.
    let sumOfExponentials: Float = exp(0.784) + exp(0.078) + exp(0.039)
    let best = try #require(try labels(softmax).first).score
    #expect(abs(best - exp(0.784) / sumOfExponentials) < 0.01)
    #expect(softmax.remarks.contains { $0.contains("probabilities already") }, "\(softmax.remarks)")
    let logits = try load(network { $0.node("Identity", [$1], ["scores"]) })
    #expect(logits.remarks.isEmpty)
    #expect(try zip(labels(logits), labels(softmax)).allSatisfy { abs($0.score - $1.score) < 1e-5 })
    let refused = try refusal {
      _ = try load(network { $0.node("Softmax", [$1], ["scores"], ["axis": .integer(1)]) }) {
        $0.label = "{softmax: true}"
      }
    }
    #expect(refused.contains("probabilities already") && refused.contains("tiny.yaml:7"), "\(refused)")
  }

  @Test func aSoftmaxThatIsWrittenOut() throws {
    let file = network {
      $0.node("Exp", [$1], ["exp"])
      $0.constant("axis", [1], integers: [1])
      $0.node("ReduceSum", ["exp", "axis"], ["sums"], ["keepdims": .integer(1)])
      $0.node("Div", ["exp", "sums"], ["scores"])
    }
    #expect(try load(file).remarks.contains { $0.contains("probabilities already") })
  }

  @Test func aSingleScore() throws {
    let file = network(.float32, ["N", 3, 16, 16], ["N", 1]) {
      $0.node("ReduceMean", [$1], ["one"], ["axes": .integers([1]), "keepdims": .integer(1)])
      $0.node("Sigmoid", ["one"], ["scores"])
    }
    let score = try #require(try labels(load(file)).first).score
    let mean: Float = 230 / 3 / 255
    #expect(abs(score - 1 / (1 + exp(-mean))) < 0.01)
    #expect(try refusal { _ = try load(file) { $0.label = "{softmax: true}" } }.contains("single score"))
  }

  // MARK: Inputs

  @Test func bytesAsTheyAre() throws {
    let file = network(.uint8, ["N", "h", "w", 3]) { $0.node("Identity", [$1], ["scores"]) }
    let pipeline = try load(file) {
      $0.normalise = "{element: uint8, layout: nhwc}"
      $0.label = "{softmax: false}"
    }
    #expect(try labels(pipeline).map(\.score) == [200, 20, 10])
    let bgr = try load(file) {
      $0.normalise = "{element: uint8, layout: nhwc, channels: bgr}"
      $0.label = "{softmax: false}"
    }
    #expect(try labels(bgr).map(\.index) == [0, 1, 2])
  }

  @Test func halfPrecision() throws {
    let file = network(.float16) { $0.node("Identity", [$1], ["scores"]) }
    let pipeline = try load(file) {
      $0.normalise = "{mean: [0, 0, 0], standard_deviation: [100, 100, 100], element: float16}"
      $0.label = "{softmax: false}"
    }
    #expect(try zip(labels(pipeline).map(\.score), [2, 0.2, 0.1]).allSatisfy { abs($0 - $1) < 1e-2 })
  }

  @Test(arguments: ["nchw", "nhwc"]) func grey(layout: String) throws {
    let file = network(.float32, layout == "nchw" ? ["N", 1, 16, 16] : ["N", 16, 16, 1], ["N", 1]) {
      $0.node("Identity", [$1], ["scores"])
    }
    let pipeline = try load(file) {
      $0.normalise = "{mean: [0], standard_deviation: [1], channels: grey, layout: \(layout)}"
    }
    // As Pillow has it: (10 · 19595 + 20 · 38470 + 200 · 7471 + 32768) >> 16.
    #expect(try labels(pipeline).map(\.score) == [38])
  }

  @Test func twoSides() throws {
    let file = network(.float32, ["N", 3, 24, 40]) { $0.node("Identity", [$1], ["scores"]) }
    let pipeline = try load(file) {
      $0.resize = "{size: [24, 40]}"
      $0.normalise = Self.plain
      $0.label = "{softmax: false}"
    }
    #expect(try labels(pipeline, width: 200).map(\.score) == [200, 20, 10])
    #expect(
      try refusal { _ = try load(file) { $0.resize = "{size: [24, 40], crop: 24}" } }.contains(
        "can't be beside"))
  }

  /// What can be met is named by the key that meets it.
  @Test func adviceThatCanBeFollowed() throws {
    let cases: [(ONNXModel.Element, [ONNXFile.Extent], says: [String])] = [
      (.uint8, ["N", 3, 16, 16], ["'element: uint8'"]),
      (.float32, ["N", 16, 16, 3], ["'layout: nhwc'"]),
      (.float16, [1, 16, 16, 1], ["'element: float16'", "'layout: nhwc'", "'channels: grey'"]),
      (.float32, ["N", 1, 16, 16], ["'channels: grey'"]),
      (.float32, ["N", 3, 20, 30], ["the size that the resize stage gives"]),
      (.float64, ["N", 3, 16, 16], ["float32, float16, uint8", "Cast"]),
      (.int64, ["N", 3, 16, 16], ["float32, float16, uint8", "Cast"]),
      (.float32, ["N", 4, 16, 16], ["1 or 3 channels, not 4"]),
    ]
    for (element, shape, says) in cases {
      let text = try refusal {
        _ = try load(network(element, shape) { $0.node("Identity", [$1], ["scores"]) })
      }
      for word in says { #expect(text.contains(word), "\(text)") }
      #expect(text.contains("tiny.yaml:6") && !text.contains("put a stage"), "\(text)")
    }
  }

  @Test func anInputOfNoRank() throws {
    var file = ONNXFile()
    file.input("x", nil)
    file.output("y", nil)
    file.node("Relu", ["x"], ["y"])
    let path = try folder.write(file.data, to: "rank.onnx")
    let text = try refusal { _ = try Pipeline(path) }
    #expect(text.contains("'x'") && text.contains("export it again"), "\(text)")
  }

  /// Statistics for pixels from 0 to 1 are not taken for ones from 0 to 255.
  @Test(arguments: [
    ("[0.485, 0.456, 0.406]", "[0.229, 0.224, 0.225]", "123.675"),
    ("[0.5, 0.5, 0.5]", "[0.5, 0.5, 0.5]", "127.5"),
    ("[0, 0, 0]", "[0.229, 0.224, 0.225]", "58.395"), ("[0.485, 0.456, 0.406]", "[1, 1, 1]", "123.675"),
  ]) func statisticsOfTheOtherRange(mean: String, deviation: String, says: String) throws {
    let file = network { $0.node("Identity", [$1], ["scores"]) }
    func load(_ more: String) throws -> Pipeline {
      try self.load(file) {
        $0.normalise = "{mean: \(mean), standard_deviation: \(deviation)\(more)}"
        $0.label = "{softmax: false}"
      }
    }
    let text = try refusal { _ = try load("") }
    #expect(text.contains(says) && text.contains("'range: 1'") && text.contains("tiny.yaml:5"), "\(text)")
    let scores = try labels(load(", range: 1")).map(\.score)
    #expect(scores.allSatisfy { abs($0) < 5 })
    #expect(try labels(load(", range: 255")).map(\.score) != scores)
  }

  // MARK: Answers

  /// A pipeline that ends in no task is refused with what it gives.
  @Test(arguments: [
    (["decode"], "pixels"), (["decode", "resize"], "pixels [16, 16, 3]"),
    (["decode", "resize", "normalise"], "float32 tensor [3, 16, 16]"),
    (["decode", "resize", "normalise", "infer"], "network outputs of 'infer'"),
  ]) func endsEarly(stages: [String], gives: String) throws {
    let file = PipelineFile()
    try file.write(to: folder)
    let lines = file.text.split(separator: "\n").filter { line in
      let key = line.trimmingCharacters(in: .whitespaces).prefix { $0 != ":" }
      return !["decode", "resize", "normalise", "infer", "label"].contains(key)
        || stages.contains(String(key))
    }
    let path = try folder.write(lines.joined(separator: "\n").utf8, to: "early.yaml")
    let text = try refusal { _ = try Pipeline(path) }
    #expect(text.contains("label (classification)") && text.contains(gives), "\(text)")
  }

  /// Where several images' answer is no row for each, each goes through the network alone, and gets its own answer.
  @Test func batchesThatAreNoRows() throws {
    var file = ONNXFile()
    file.input("image", ["N", 3, 16, 16])
    file.output("scores", ["N", 3])
    file.node("ReduceMean", ["image"], ["mean"], ["axes": .integers([2, 3]), "keepdims": .integer(0)])
    // The mean over the batch in every row.
    file.node("ReduceMean", ["mean"], ["all"], ["axes": .integers([0]), "keepdims": .integer(1)])
    file.node("Sub", ["mean", "all"], ["difference"])
    file.node("Add", ["difference", "difference"], ["scores"])
    let mixed = try load(file)
    #expect(mixed.graph.stages[3].implementations.allSatisfy { $0.maximumBatchSize == 1 })
    #expect(mixed.remarks.contains { $0.contains("one by one") }, "\(mixed.remarks)")
    let apart = try load(network { $0.node("Identity", [$1], ["scores"]) })
    #expect(apart.graph.stages[3].implementations.allSatisfy { $0.maximumBatchSize > 1 })
    #expect(apart.remarks.isEmpty)
  }

  /// What is fixed in a network's file and exceeds a limit is refused when it is loaded, by the limit and its option.
  @Test(
    arguments: [
      ["N", 1_048_576, 1_048_576], ["N", .fixed(1 << 62)], ["N", .fixed(1 << 33)], [5000, 5000],
    ] as [[ONNXFile.Extent]])
  func hugeShapes(shape: [ONNXFile.Extent]) throws {
    var file = ONNXFile()
    file.input("x", shape)
    file.output("y", shape)
    file.node("Identity", ["x"], ["y"])
    let path = try folder.write(file.data, to: "huge.onnx")
    let text = try refusal { _ = try Pipeline(path) }
    #expect(text.contains("--max-tensor-bytes"), "\(text)")
  }

  @Test func usualShapesAreNotHuge() throws {
    var file = ONNXFile()
    file.input("x", [1, 3, 640, 640])
    file.output("y", [1, 3, 640, 640])
    file.node("Relu", ["x"], ["y"])
    let path = try folder.write(file.data, to: "large.onnx")
    _ = try Pipeline(path)
    var limits = TensorLimits()
    limits.maximumBytes = 4 * 3 * 640 * 640 - 1
    #expect(try refusal { _ = try Pipeline(path, limits: limits) }.contains("--max-tensor-bytes"))
  }
}
