import Basics
import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Vision

/// Models as each exporter writes them, and what is true of them: `.deps/graphs/manifest.json`.
@Suite struct DescriptionTests {
  static let entries = (try? GraphManifest.entries()) ?? []

  @Test func hasEntries() { #expect(Self.entries.count > 100) }

  @Test(arguments: entries.filter { $0["must_state"] == nil && $0["refuse"] == nil })
  func isExact(entry: GraphManifest.Entry) throws {
    let description = try ModelDescription(of: entry.path())
    try entry.check(description.json)
  }

  /// What nothing tells is asked for by its keys, and taken when it is stated.
  @Test(arguments: entries.filter { $0["must_state"] != nil })
  func asksForWhatNothingTells(entry: GraphManifest.Entry) throws {
    let keys = try #require(entry["must_state"] as? [String])
    let error = #expect(throws: DescriptionError.self) { try ModelDescription(of: entry.path()) }
    guard case .mustState(_, keys, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let isMap = entry.file.contains("depth")
    let values = ["task": isMap ? "depth" : "classification", "mean": "127.5", "std": "127.5"]
    let stated = keys.compactMap { key in values[key].map { "\(key)=\($0)" } }
    let description = try ModelDescription(of: entry.path(), stated: stated)
    try entry.check(description.json, except: Set(keys))
    for key in keys { #expect(description.source(of: key) == .stated) }
  }

  @Test(arguments: entries.filter { $0["refuse"] != nil })
  func refuses(entry: GraphManifest.Entry) throws {
    let error = #expect(throws: (any Error).self) { try ModelDescription(of: entry.path()) }
    let text = "\(String(describing: error))"
    // The message is for people, and names the file.
    let message = error.map { "\($0)" } ?? ""
    #expect(message.contains((entry.file as NSString).lastPathComponent), "\(text)")
    let keys = [
      "names-": "'names'", "imgsz": "'imgsz'", "task-": "'task'", "end2end": "'end2end'",
      "labels-": "'id2label'",
      "config-other": "'architectures'", "size-": "size", "deviation": "'image_std'",
      "mean-short": "'image_mean'",
      "config-broken": "config.json", "config-list": "config.json",
    ]
    let name = (entry.file as NSString).lastPathComponent
    for (part, key) in keys where name.hasPrefix(part) { #expect(message.contains(key), "\(message)") }
  }

  /// The text is a pipeline's file: it reads as YAML, and says the same again.
  @Test(arguments: entries.filter { $0["must_state"] == nil && $0["refuse"] == nil })
  func textIsYAML(entry: GraphManifest.Entry) throws {
    let description = try ModelDescription(of: entry.path())
    let document = try ConfigurationNode(yaml: description.pipeline(), file: "described.yaml")
    let values = Dictionary(uniqueKeysWithValues: try document.entries().map { ($0.key, $0.value) })
    let stages = Dictionary(
      uniqueKeysWithValues: try #require(values["stages"]).entries().map { ($0.key, $0.value) })
    #expect(stages.count == 5)
    let task = Dictionary(
      uniqueKeysWithValues: try (stages[description.task.stage]?.entries() ?? []).map { ($0.key, $0.value) })
    #expect(try task["labels"]?.list().map { try $0.string() } ?? [] == description.labels.names)
    let infer = Dictionary(
      uniqueKeysWithValues: try #require(stages["infer"]).entries().map { ($0.key, $0.value) })
    #expect(try infer["model"]?.string() == description.model)
  }

  /// What is described is what is run.
  @Test(arguments: [
    "ultralytics/yolov8n.onnx", "ultralytics/yolov8n-cls.onnx", "ultralytics/yolo11n-dynamic.onnx",
    "habits/batch-2.onnx", "ultralytics/yolov10n.onnx", "ultralytics/yolov8n-half.onnx",
    "yolov5/yolov5s.onnx", "hugging-face/vit", "hugging-face/resnet", "hugging-face/vit-subfolder",
    "hugging-face/mobilenet-v2", "timm/resnet18", "timm/eva02_squash", "tensorflow/mobilenet_v1_uint8.onnx",
    "habits/external",
  ])
  func runs(file: String) throws {
    let path = try Repository.path(".deps/graphs/" + file)
    let pipeline = try Pipeline(path, use: .images)
    #expect(pipeline.signature.takesImages && pipeline.modelDescription != nil)
    let folder = try TemporaryFolder()
    let text = try #require(pipeline.modelDescription).pipeline()
    let written = try Pipeline(folder.write(text.utf8, to: "written.yaml"))
    let image = try EncodedImage(Repository.image("small.jpg"))
    let outputs = try [pipeline, written].map { try $0.text(of: image) }
    #expect(outputs[0] == outputs[1])
  }

  @Test(arguments: ["habits/batch-1.onnx", "torchvision/resnet18.onnx"])
  func modelsWithoutEvidenceStayTensors(file: String) throws {
    let path = try Repository.path(".deps/graphs/" + file)
    let pipeline = try Pipeline(path)
    #expect(!pipeline.signature.takesImages)
    #expect(pipeline.remarks.contains { $0.contains("--set") })
    #expect(try Pipeline(path, use: .images).signature.takesImages)
    #expect(try Pipeline(path, stated: ["task=classification"]).signature.takesImages)
  }

  @Test func statementsAreOfModels() throws {
    let folder = try TemporaryFolder()
    let file = try PipelineFile().write(to: folder)
    #expect(throws: ConfigurationError.self) { try Pipeline(file, stated: ["task=depth"]) }
  }

  @Test(arguments: [
    "task", "task=flying", "tsk=depth", "mean=1,2", "std=0", "mean=0.485,0.456,0.406", "fit=bend", "size=0",
    "size=1,2,3", "size=[1", "size=90000", "labels=/no/such/file", "filter=lanczos", "channels=4",
    "antialias=often",
    "pad=1,2", "short_side=-1", "=", "",
  ])
  func wrongStatements(pair: String) throws {
    let path = try Repository.path(".deps/graphs/habits/batch-1.onnx")
    #expect(throws: ConfigurationError.self) { try ModelDescription(of: path, stated: [pair]) }
  }

  @Test func statementsGoFirst() throws {
    let path = try Repository.path(".deps/graphs/ultralytics/yolov8n.onnx")
    let stated = [
      "mean=1,2,3", "std=4", "filter=bicubic", "antialias=true", "channels=bgr", "pad=9", "fit=letterbox",
    ]
    let description = try ModelDescription(of: path, stated: stated)
    #expect(description.preprocessing.mean == [1, 2, 3] && description.preprocessing.deviation == [4, 4, 4])
    #expect(description.preprocessing.filter == .bicubic && description.preprocessing.channels == .bgr)
    #expect(description.preprocessing.pad == [9, 9, 9])
    for key in ["mean", "std", "filter", "antialias", "channels", "pad", "fit"] {
      #expect(description.source(of: key) == .stated, "\(key)")
    }
  }

  /// A file from anywhere never takes the program down.
  @Test(arguments: [
    "ultralytics/yolov8n.onnx", "hugging-face/detr/model.onnx", "tensorflow/ssd_mobilenet_v1.onnx",
  ])
  func damage(file: String) throws {
    let data = try Data(contentsOf: URL(filePath: Repository.path(".deps/graphs/" + file)))
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: 18)
    for round in 0..<150 {
      var damaged = data
      if round.isMultiple(of: 3) {
        damaged = damaged.prefix(Int.random(in: 0..<data.count, using: &generator))
      }
      for _ in 0..<Int.random(in: 1...8, using: &generator) where !damaged.isEmpty {
        damaged[Int.random(in: 0..<damaged.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      let path = try folder.write(damaged, to: "damaged.onnx")
      do {
        _ = try ModelDescription(of: path).json
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
  }
}

extension Pipeline {
  /// What an image gets, as text.
  fileprivate func text(of image: EncodedImage) throws -> [String] {
    let result = try SequentialExecutor(graph).process(image)
    return try result.output(as: (any TaskOutput).self).text
  }
}
