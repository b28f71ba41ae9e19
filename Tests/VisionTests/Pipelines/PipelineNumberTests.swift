import Basics
import Dataflow
import Foundation
import Planning
import TestSupport
import Testing

@testable import Vision

/// Every number of a pipeline's file, given as anything: an error that says where, or a pipeline that works.
@Suite struct PipelineNumberTests {
  /// A key, and the line it is on.
  struct Key: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let line: Int
    let write: @Sendable (inout PipelineFile, String) -> Void
    /// Whether it may be another stage that doesn't fit it then.
    var isSize = false
  }

  static let keys =
    [
      Key(testDescription: "maximum_pixels", line: 3) { $0.decode = "{maximum_pixels: \($1)}" },
      Key(
        testDescription: "short_side", line: 4, write: { $0.resize = "{crop: 16, short_side: \($1)}" },
        isSize: true),
      Key(
        testDescription: "crop", line: 4, write: { $0.resize = "{short_side: 16, crop: \($1)}" }, isSize: true
      ),
      Key(testDescription: "mean", line: 5) {
        $0.normalise = "{mean: [0, \($1), 0], standard_deviation: [1, 1, 1]}"
      },
      Key(testDescription: "standard_deviation", line: 5) {
        $0.normalise = "{mean: [0, 0, 0], standard_deviation: [\($1), 1, 1]}"
      },
      Key(testDescription: "threads", line: 6) { $0.infer = "{model: model.onnx, threads: \($1)}" },
      Key(testDescription: "top", line: 7) { $0.label = "{top: \($1)}" },
      Key(testDescription: "top1_agreement", line: 8) { $0.others = "tolerance: {top1_agreement: \($1)}" },
      Key(
        testDescription: "initial", line: 8,
        write: { $0.others = "edges: [{edge: decode -> resize, initial: \($1)}]" }, isSize: true),
    ]
    + ServingSettings.keys.map { key in
      Key(testDescription: key, line: 8) { $0.others = "\(key): \($1)" }
    }

  @Test(arguments: keys) func anyNumber(key: Key) throws {
    let folder = try TemporaryFolder()
    let image = try EncodedImage(PNGFile.solid(width: 20, height: 20, red: 9, green: 0, blue: 200))
    for number in OddNumber.all {
      let path = try PipelineFile { key.write(&$0, number) }.write(to: folder)
      do {
        let pipeline = try Pipeline(path)
        let plan = pipeline.apply(pipeline.settings, to: pipeline.usualPlan(on: .local))
        _ = pipeline.knobs(of: plan)
        _ = pipeline.settings.concurrency(answering: 1e9)
        let executor = try SequentialExecutor(pipeline.graph)
        if number.count < 100 { _ = try? executor.process(image).output(as: Classification.self) }
      } catch let error as ConfigurationError {
        #expect(
          error.description.hasPrefix(path) && error.line == key.line || key.isSize, "\(number): \(error)")
        #expect(error.description.utf8.count < 1000, "\(number): \(error)")
        #expect(error.description == error.description.printable)
      } catch {
        #expect(key.testDescription == "maximum_pixels" || key.isSize, "\(number): \(error)")
      }
    }
  }

  @Test(arguments: [
    ("\"a\\0b\"", "control character U+0"), ("\"a\\nb\"", "control character U+A"),
    ("\"\\e[31mred\"", "control character U+1B"), ("''", "is empty"), ("a/b", "has a '/'"),
    (String(repeating: "n", count: 129), "more than 128 bytes"),
    (String(repeating: "n", count: 100_000), "more than"),
  ])
  func oddNames(name: String, says: String) throws {
    let folder = try TemporaryFolder()
    let path = try PipelineFile { $0.name = name }.write(to: folder)
    let error = try #require(throws: ConfigurationError.self) { try Pipeline(path) }
    #expect(error.line == 1 && error.reason.contains(says) && error.description.utf8.count < 400, "\(error)")
    let stage = PipelineFile().text.replacing("  decode:", with: "  \(name): {use: decode}\n  x:")
    let file = try folder.write(stage.utf8, to: "stage.yaml")
    let other = try #require(throws: ConfigurationError.self) { try Pipeline(file) }
    #expect(other.line == 3 && other.description.utf8.count < 600, "\(other)")
  }

  @Test(arguments: ["größer", "日本語", "a b?c#d", String(repeating: "n", count: 128)])
  func unusualNames(name: String) throws {
    let folder = try TemporaryFolder()
    #expect(try Pipeline(PipelineFile { $0.name = "'\(name)'" }.write(to: folder)).name == name)
  }

  @Test func modelsAreNamedAsTheirFiles() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(ONNXModel().data, to: "a\u{1B}b.onnx")
    let error = try #require(throws: ConfigurationError.self) { try Pipeline(path) }
    #expect(error.reason.contains("U+1B") && !error.description.contains("\u{1B}"))
    #expect(try Pipeline(path, name: "ab").name == "ab")
  }
}
