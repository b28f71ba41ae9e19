import Basics
import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Vision

/// What people get wrong in a pipeline's file: the message has file, line, key, and what is right.
@Suite struct PipelineMistakeTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let line: Int
    let says: [String]
    let make: @Sendable (inout PipelineFile) -> Void

    init(
      _ description: String, line: Int, says: String...,
      make: @escaping @Sendable (inout PipelineFile) -> Void
    ) {
      testDescription = description
      self.line = line
      self.says = says
      self.make = make
    }
  }

  static let mistakes = [
    Mistake("key of decode", line: 3, says: "'scal'", "'decode'", "did you mean 'scale'?") {
      $0.decode = "{scal: auto}"
    },
    Mistake("choice", line: 3, says: "'autp'", "did you mean 'auto'?") { $0.decode = "{scale: autp}" },
    Mistake("limit above the program's", line: 3, says: "maximum_pixels", "1 to") {
      $0.decode = "{maximum_pixels: 99999999999}"
    },
    Mistake("key of resize", line: 4, says: "did you mean 'short_side'?") { $0.resize = "{shortside: 16}" },
    Mistake("text for a number", line: 4, says: "'short_side'", "whole number", "'big'") {
      $0.resize = "{short_side: big}"
    },
    Mistake("fraction", line: 4, says: "whole number") { $0.resize = "{short_side: 16.5}" },
    Mistake("zero", line: 4, says: "'short_side'", "1 to") { $0.resize = "{short_side: 0}" },
    Mistake("crop above the side", line: 4, says: "'crop'", "17", "1 to 16") {
      $0.resize = "{short_side: 16, crop: 17}"
    },
    Mistake("missing key", line: 4, says: "'short_side'") { $0.resize = "{crop: 16}" },
    Mistake("filter", line: 4, says: "'bicubik'", "did you mean 'bicubic'?") {
      $0.resize = "{short_side: 16, filter: bicubik}"
    },
    Mistake("two numbers", line: 5, says: "'mean'", "2 numbers", "3") {
      $0.normalise = "{mean: [0, 0], standard_deviation: [1, 1, 1]}"
    },
    Mistake("no deviation", line: 5, says: "needs the key 'standard_deviation'") {
      $0.normalise = "{mean: [0, 0, 0]}"
    },
    Mistake("deviation of zero", line: 5, says: "'standard_deviation'", "above 0") {
      $0.normalise = "{mean: [0, 0, 0], standard_deviation: [1, 0, 1]}"
    },
    Mistake("not a number", line: 5, says: "number") {
      $0.normalise = "{mean: [0, .nan, 0], standard_deviation: [1, 1, 1]}"
    },
    Mistake("engine", line: 6, says: "'engine'", "'onnx'", "onnxruntime or openvino") {
      $0.infer = "{model: model.onnx, engine: onnx}"
    },
    Mistake("precision", line: 6, says: "'precision'", "'fp16'", "fp32", "bf16", "int8") {
      $0.infer = "{model: model.onnx, engine: openvino, precision: fp16}"
    },
    Mistake(
      "precision of another engine", line: 6, says: "'onnxruntime'", "bf16", "set 'precision' to fp32",
      "'engine'"
    ) {
      $0.infer = "{model: model.onnx, precision: bf16}"
    },
    Mistake("no quantised model", line: 6, says: "model.int8.onnx", "Scripts/quantize", "'precision'") {
      $0.infer = "{model: model.onnx, precision: int8}"
    },
    Mistake("no model", line: 6, says: "needs the key 'model'") { $0.infer = "{threads: 1}" },
    Mistake("threads", line: 6, says: "'threads'", "1 to 256") {
      $0.infer = "{model: model.onnx, threads: 0}"
    },
    Mistake("top", line: 7, says: "'top'", "1 to 1000") { $0.label = "{top: 0}" },
    Mistake("softmax", line: 7, says: "'softmax'", "true or false", "'maybe'") {
      $0.label = "{softmax: maybe}"
    },
    Mistake("labels", line: 7, says: "none.txt", "Scripts/setup") { $0.label = "{labels: none.txt}" },
    Mistake("stage", line: 7, says: "unknown stage 'labell'", "did you mean 'label'?") {
      $0.label = "{use: labell}"
    },
    Mistake("list for a mapping", line: 4, says: "must be a mapping") { $0.resize = "[16]" },
    Mistake("unfinished YAML", line: 4, says: "") { $0.resize = "{short_side: 16" },
    Mistake("key twice", line: 4, says: "given twice") { $0.resize = "{short_side: 16, short_side: 17}" },
  ]

  @Test(arguments: mistakes) func mistake(_ mistake: Mistake) throws {
    let folder = try TemporaryFolder()
    let path = try PipelineFile(mistake.make).write(to: folder)
    let error = try #require(throws: ConfigurationError.self) { try Pipeline(path) }
    #expect(error.file == path)
    #expect(abs(error.line - mistake.line) <= (mistake.says == [""] ? 1 : 0), "\(error)")
    for text in mistake.says { #expect("\(error)".contains(text) || text.isEmpty, "\(error)") }
    #expect(!"\(error)".contains("\n"))
  }

  @Test func otherFiles() throws {
    let folder = try TemporaryFolder()
    func refusal(_ text: String) throws -> String {
      let path = try folder.write(text.utf8, to: "x.yaml")
      return "\(try #require(throws: ConfigurationError.self) { try Pipeline(path) })"
    }
    #expect(try refusal("").contains("is empty"))
    #expect(try refusal("stage: {}").contains("did you mean 'stages'?"))
    #expect(try refusal("name: x").contains("'stages' is missing"))
    #expect(try refusal("stages: {resize: {short_side: 4}}").contains("takes one encoded image"))
    #expect(throws: UnknownConfiguration.fileNotFound("no/such.yaml", kind: "pipeline")) {
      try Pipeline("no/such.yaml")
    }
    #expect(throws: ConfigurationError.self) { try Pipeline(folder.path + "/") }
    let error = try #require(throws: UnknownConfiguration.self) { try Pipeline("clasify") }
    #expect("\(error)".contains("did you mean 'classify'?"))
    #expect(
      "\(try #require(throws: UnknownConfiguration.self) { try Pipeline("zebra") })".contains(
        "there is classify"))
  }

  @Test func nameIsTheFilesUnlessGiven() throws {
    let folder = try TemporaryFolder()
    #expect(try Pipeline(PipelineFile { $0.name = nil }.write(to: folder, as: "some.yaml")).name == "some")
    #expect(try Pipeline(PipelineFile { $0.name = "other" }.write(to: folder)).name == "other")
  }
}
