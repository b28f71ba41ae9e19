import Basics
import Dataflow
import Foundation
import Testing

@testable import Vision

/// What networks give that can't be right, and pipelines that don't fit them.
@Suite struct WrongOutputTests {
  private static let letterbox = "size: [64, 64], fit: letterbox, antialias: false"

  @Test(arguments: ["nan", "infinite"])
  func numbersThatAreNotFiniteAreErrors(_ kind: String) throws {
    let boxes = try TaskPipeline(
      "hostile/\(kind)-boxes.onnx", resize: Self.letterbox, "detect: {head: yolov8}")
    let depth = try TaskPipeline("hostile/\(kind)-depth.onnx", resize: "size: [64, 64]", "depth: {}")
    for (tiny, output) in [(boxes, "output0"), (depth, "predicted_depth")] {
      do {
        _ = try tiny.process(Picture.shapes.png(), as: (any TaskOutput).self)
        Issue.record("an answer")
      } catch {
        #expect("\(error)".contains("'\(output)'") && "\(error)".contains("not finite"), "\(error)")
      }
    }
  }

  /// Each number of each head's outputs that becomes NaN or infinite is an error or of no consequence.
  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func noHeadGivesNumbersThatAreNotFinite(_ wrong: Float) throws {
    var seen: Set<String> = []
    for reference in try TaskReferences.load().decoding where seen.insert(reference.head).inserted {
      let frame = InputFrame(reference.fit, image: reference.image, input: reference.input)
      let tensors = try reference.outputs.map { try $0.tensor }
      var network = HeadNetwork(
        outputs: NetworkOutputs(tensors, frame).descriptions(reference.outputs.compactMap(\.name)))
      network.isStated = true
      network.labels = reference.classes ?? 0
      let type = try #require(DetectionHeads.named(reference.head))
      let fitting = type.init(network)
      let head = try #require(fitting)
      for tensor in tensors where tensor.element == .float32 {
        let right = Array(tensor.data)
        // All of them, and some alone.
        for step in [1, 7, max(tensor.data.count / 3, 1)] {
          for place in stride(from: 0, to: right.count, by: step) { tensor.data[place] = wrong }
          do {
            let found = try Detections(NetworkOutputs(tensors, frame), head, DetectSettings(type))
            for object in found.objects {
              #expect(object.score.isFinite && object.box.area.isFinite, "\(reference.name)")
              #expect((object.keypoints ?? []).allSatisfy { $0.x.isFinite && $0.y.isFinite })
            }
          } catch let error as OutputError {
            let names = reference.outputs.map { "'\($0.name ?? "")'" }
            #expect(names.contains { error.description.contains($0) }, "\(error)")
          }
          right.withUnsafeBytes { tensor.bytes.copyMemory(from: $0) }
        }
      }
    }
    #expect(seen.count >= 12)
  }

  @Test func aMillionBoxesAreBounded() throws {
    let tiny = try TaskPipeline(
      "hostile/million-boxes.onnx", resize: Self.letterbox, "detect: {head: yolov8, iou: 1, maximum: 300}")
    let objects = try tiny.process(Picture.shapes.png(), as: Detections.self).objects
    #expect(objects.count == 300)
    #expect(objects.map(\.score) == objects.map(\.score).sorted(by: >))
    #expect(objects.allSatisfy { $0.score > 0.98 })
  }

  /// The best ones are looked at, as if all had been sorted.
  @Test func manyCandidatesAreChosenByScore() throws {
    var candidates = Candidates(of: "boxes")
    for index in 0..<50_000 {
      let score = Float((index &* 7919) % 5000) / 5000
      try candidates.append(Box(x1: 0, y1: 0, x2: 1, y2: 1), score: score, of: 0, from: index)
    }
    let sorted = (0..<candidates.count).sorted {
      (candidates.scores[$0], -$0) > (candidates.scores[$1], -$1)
    }
    #expect(candidates.order == Array(sorted.prefix(Candidates.maximumCount)))
  }

  @Test func selectionEqualsSorting() {
    var numbers: [Float] = [-.leastNonzeroMagnitude, 0, 1e30, -1e30]
    for index in 0..<10_001 { numbers.append(Float(index * 7919 % 1009) / 8 - 60) }
    let sorted = numbers.sorted()
    numbers.withUnsafeBufferPointer { buffer in
      for rank in [0, 1, 77, 5000, 5001, 10_003, 10_004] {
        #expect(FloatSelection.number(at: rank, of: buffer) == sorted[rank])
      }
    }
  }

  @Test func nothingIsAnEmptyList() throws {
    let tiny = try TaskPipeline(
      "ultralytics/yolov8n-seg.onnx", resize: "size: [128, 128], fit: letterbox, antialias: false",
      "detect: {head: yolov8-segment, score: 0.5}")
    let grey = Picture(width: 90, height: 60) { _, _ in [128, 128, 128] }
    let found = try tiny.process(grey.png(), as: Detections.self)
    #expect(found.objects.isEmpty)
    var json = JSONText(capacity: 16)
    found.write(to: &json, key: "outputs")
    #expect(json.text == "\"outputs\":[]")
    let tensors = try tiny.pipeline.tensors([found])
    #expect(tensors.first { $0.name == "box" }?.shape == [0, 4])
  }

  @Test(arguments: [
    ("ultralytics/yolov8n.onnx", "detect: {head: yolov8, labels: [a, b]}", "has 2 labels"),
    ("ultralytics/yolov8n.onnx", "detect: {labels: [a, b]}", "80 classes"),
    ("ssd/ultraface.onnx", "detect: {labels: [a, b, c]}", "1 class"),
    ("ultralytics/yolo26n.onnx", "detect: {}", "yolo-end2end or ultralytics-rtdetr"),
    ("ultralytics/yolov8n.onnx", "detect: {head: yunet}", "'yunet', but the network gives 'output0'"),
    ("ultralytics/yolov8n.onnx", "detect: {head: yolov7}", "known are yolov8"),
    ("ultralytics/yolov8n.onnx", "embed: {}", "one vector"),
    ("hostile/no-task-rank-5.onnx", "detect: {}", "no head that is known gives"),
    ("hostile/no-task-rank-5.onnx", "segment: {}", "'output'"),
    ("hostile/no-task-rank-4.onnx", "segment: {}", "[7, 3, 2]"),
    ("hostile/no-task-rank-4.onnx", "depth: {}", "[7, 3, 2]"),
    ("hostile/no-task-scalar.onnx", "embed: {}", "one vector"),
    ("torchvision/deeplabv3_resnet50.onnx", "segment: {labels: [a, b]}", "21 classes"),
    ("torchvision/deeplabv3_resnet50.onnx", "segment: {output: nothing}", "'nothing'"),
    ("torchvision/deeplabv3_resnet50.onnx", "segment: {threshold: 0.4}", "threshold"),
    ("u2net/u2net.onnx", "segment: {labels: [a, b, c]}", "2 classes"),
    ("u2net/u2net.onnx", "segment: {output_size: photo}", "output_size"),
    ("torchvision/deeplabv3_resnet50.onnx", "depth: {}", "one number for each pixel"),
    ("hugging-face/clip-vision/model.onnx", "embed: {output: last_hidden_state}", "one vector"),
  ])
  func pipelinesThatDoNotFitAreRefused(model: String, end: String, reason: String) throws {
    let side =
      [
        "ultralytics/yolov8n.onnx": 128, "ultralytics/yolo26n.onnx": 128, "ssd/ultraface.onnx": 96,
        "torchvision/deeplabv3_resnet50.onnx": 96,
      ][model] ?? (model.hasPrefix("hugging-face") ? 224 : 64)
    do {
      _ = try TaskPipeline(model, resize: "size: [\(side), \(side)]", end)
      Issue.record("a pipeline")
    } catch {
      #expect("\(error)".contains(reason), "\(error)")
    }
  }

  /// Labels of networks that count from 1 may or may not name the background.
  @Test func backgroundHasANameOrNone() throws {
    let names = (1...20).map { "n\($0)" }
    for labels in [names, ["background"] + names] {
      let tiny = try TaskPipeline(
        "ssd/mobilenet-v1-ssd.onnx", resize: "size: [96, 96]",
        normalise: "mean: [127, 127, 127], standard_deviation: [128, 128, 128]",
        "detect: {labels: [\(labels.joined(separator: ", "))]}")
      let objects = try tiny.process(Picture.shapes.png(), as: Detections.self).objects
      #expect(!objects.isEmpty && objects.allSatisfy { $0.label == "n\($0.index)" })
    }
  }

  /// A mask of a large photograph takes memory for its runs, not for its pixels.
  @Test func masksOfLargePhotographsAreRuns() throws {
    let reference = try #require(
      TaskReferences.load().decoding.first { $0.name == "yolov8-segment.class-wise" })
    let frame = InputFrame("letterbox", image: [4000, 5000], input: reference.input)
    let outputs = NetworkOutputs(try reference.outputs.map { try $0.tensor }, frame)
    var network = HeadNetwork(outputs: outputs.descriptions(reference.outputs.compactMap(\.name)))
    network.isStated = true
    let head = try #require(YOLOv8SegmentHead(network))
    var settings = DetectSettings(YOLOv8SegmentHead.self)
    settings.maximum = 3
    let found = try Detections(outputs, head, settings).objects
    #expect(found.count == 3)
    for object in found {
      let mask = try #require(object.mask)
      #expect(mask.counts.reduce(0, +) == 20_000_000)
      #expect(mask.area > 1000 && Float(mask.area) <= (object.box.area + 10_000))
      #expect(mask.counts.count < 4 * 5000)
    }
  }

  @Test func cropsHaveNoMapOfThePhotograph() throws {
    let resize = "short_side: 110, crop: 96"
    let normalise = "mean: [123.675, 116.28, 103.53], standard_deviation: [58.395, 57.12, 57.375]"
    let image = try TaskPipeline(
      "torchvision/deeplabv3_resnet50.onnx", resize: resize, normalise: normalise, "segment: {}")
    let error = #expect(throws: OutputError.self) {
      _ = try image.process(Picture.shapes.png(), as: Segmentation.self)
    }
    #expect(error?.description.contains("output_size: network") ?? false)
    let network = try TaskPipeline(
      "torchvision/deeplabv3_resnet50.onnx", resize: resize, normalise: normalise,
      "segment: {output_size: network}")
    let map = try network.process(Picture.shapes.png(), as: Segmentation.self)
    #expect(map.width == 96 && map.height == 96)
  }

  @Test func probabilitiesAreFromZeroToOne() throws {
    let tensor = try Tensor(shape: [1, 1, 16, 16])
    for index in tensor.data.indices { tensor.data[index] = Float(index) }
    let outputs = NetworkOutputs([tensor], InputFrame("stretch", image: [16, 16], input: [16, 16]))
    let map = try #require(
      MapOutput.reading(outputs.descriptions(["mask"])[0], at: 0, labels: 0, isLast: nil).first)
    let error = #expect(throws: OutputError.self) {
      _ = try Segmentation(outputs, SegmentSettings(head: .probabilities, map: map))
    }
    #expect(error?.description.contains("'mask'") ?? false)
    // As logits, half and more is the foreground.
    let found = try Segmentation(outputs, SegmentSettings(head: .logits, map: map))
    #expect(found.map == [0] + Array(repeating: 1, count: 255))
  }

  /// Maps of different size are no tensor; of the network's size, they are.
  @Test func mapsOfDifferentSizeAreRefusedTogether() throws {
    let outputs = [
      Segmentation([0, 1], width: 2, height: 1, LabelNames()),
      Segmentation([0], width: 1, height: 1, LabelNames()),
    ]
    let error = #expect(throws: MapSizesError.self) {
      _ = try Segmentation.tensors(outputs, of: Segmentation.portType)
    }
    #expect(error?.description.contains("output_size: network") ?? false)
    let tensors = try Segmentation.tensors([outputs[0], outputs[0]], of: Segmentation.portType)
    #expect(tensors.map(\.shape) == [[2, 1, 2], [4], [4], [4], [4]])
    #expect(tensors.map(\.name) == Segmentation.tensors(of: Segmentation.portType).map(\.name))
  }
}
