import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Vision

/// Any classifier fits a pipeline if its shapes do; a refusal names both.
@Suite struct ModelFitTests {
  private func load(_ change: (inout PipelineFile) -> Void) throws -> Pipeline {
    let folder = try TemporaryFolder()
    return try Pipeline(PipelineFile(change).write(to: folder))
  }

  private func refusal(_ change: (inout PipelineFile) -> Void) throws -> String {
    "\(try #require(throws: (any Error).self) { try load(change) })"
  }

  private func best(_ pipeline: Pipeline) throws -> String? {
    let blue = try EncodedImage(PNGFile.solid(width: 20, height: 30, red: 10, green: 20, blue: 200))
    let result = try SequentialExecutor(pipeline.graph).process(blue)
    return try result.output(as: Classification.self).labels.first?.label
  }

  @Test(arguments: Engines.all.map(\.name)) func accepts(engine: String) throws {
    func best(_ change: (inout PipelineFile) -> Void) throws -> String? {
      try self.best(
        load {
          $0.infer = "{model: model.onnx, threads: 1, engine: \(engine)}"
          change(&$0)
        })
    }
    let models: [ONNXModel] = [
      ONNXModel(), ONNXModel { $0.batch = 1 }, ONNXModel { $0.side = nil },
      ONNXModel { $0.listsWeightsAsInputs = true },
    ]
    for model in models { #expect(try best { $0.model = model.data } == "blue") }
    let channelsLast = try best {
      $0.model = ONNXModel { $0.isNHWC = true }.data
      $0.normalise = "{mean: [0, 0, 0], standard_deviation: [255, 255, 255], layout: nhwc}"
    }
    #expect(channelsLast == "blue")
    let swapped = try best {
      $0.normalise = "{mean: [0, 0, 0], standard_deviation: [255, 255, 255], channels: bgr}"
    }
    #expect(swapped == "red")
  }

  @Test func otherSize() throws {
    let text = try refusal { $0.resize = "{short_side: 20, crop: 12}" }
    #expect(
      text.contains("[?, 3, 16, 16]") && text.contains("[1, 3, 12, 12]") && text.contains("tiny.yaml:"),
      "\(text)")
  }

  @Test func theTrainedNetworkOfAnotherSize() throws {
    let model = try Repository.path(".deps/models/efficientnet-lite0.onnx")
    let text = try refusal {
      $0.resize = "{short_side: 256, crop: 192}"
      $0.infer = "{model: \(model)}"
      $0.label = "{}"
    }
    #expect(text.contains("[?, 3, 224, 224]") && text.contains("[1, 3, 192, 192]"), "\(text)")
  }

  @Test func otherLayout() throws {
    let text = try refusal { $0.model = ONNXModel { $0.isNHWC = true }.data }
    #expect(text.contains("[?, 16, 16, 3]") && text.contains("[1, 3, 16, 16]"), "\(text)")
  }

  @Test func twoInputs() throws {
    let text = try refusal { $0.model = ONNXModel { $0.hasSecondInput = true }.data }
    #expect(text.contains("2 inputs") && text.contains("'offset' float32 [?, 3, 16, 16]"), "\(text)")
    #expect(text.contains("[1, 3, 16, 16]") && text.contains("tiny.yaml:"), "\(text)")
  }

  @Test func otherElements() throws {
    let text = try refusal { $0.model = ONNXModel { $0.element = .uint8 }.data }
    #expect(text.contains("takes uint8 [?, 3, 16, 16], not float32 [1, 3, 16, 16]"), "\(text)")
  }

  @Test func fixedBatch() throws {
    let fixed = try load { $0.model = ONNXModel { $0.batch = 4 }.data }
    #expect(try best(fixed) == best(load { _ in }))
    #expect(fixed.remarks.contains { $0.contains("fixed at 4") })
  }

  @Test func noScores() throws {
    let text = try refusal { $0.model = ONNXModel { $0.givesArgMax = true }.data }
    #expect(text.contains("a row of scores") && text.contains("int64"), "\(text)")
  }

  @Test func labelsOfAnotherNetwork() throws {
    let text = try refusal { $0.labels = "one\ntwo\n" }
    #expect(text.contains("2 labels") && text.contains("6 scores") && text.contains("tiny.yaml:"), "\(text)")
    // Known only once the model has run.
    let free = try refusal {
      $0.labels = "one\n"
      $0.model = ONNXModel { $0.side = nil }.data
    }
    #expect(free.contains("6 scores"))
  }

  @Test(arguments: ["r\r\ng\r\nb\r\nx\r\ny\r\nz\r\n", "\u{FEFF}r\ng\nb\nx\ny\nz", "r \n g\nb\nx\ny\nz\n\n\n"])
  func anyLineEndings(labels: String) throws {
    #expect(try best(load { $0.labels = labels }) == "b")
    #expect(try best(load { $0.label = "{}" }) == "class 2")
  }

  @Test func brokenModels() throws {
    #expect(try refusal { $0.model = nil }.contains("there is no model at"))
    #expect(try refusal { $0.model = Data("text".utf8) }.contains("model.onnx can't be read"))
    let broken = try load { $0.model = ONNXModel { $0.bias = [0, .nan, 0, 0, 0, 0] }.data }
    #expect(throws: OutputError.notFinite(1, of: 6)) { try best(broken) }
  }

  @Test func limitOfPixels() throws {
    let strict = try load { $0.decode = "{maximum_pixels: 599}" }
    #expect(throws: ImageError.tooManyPixels(width: 20, height: 30, limit: 599)) { try best(strict) }
    #expect(try best(load { $0.decode = "{maximum_pixels: 600}" }) == "blue")
  }
}
