import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Vision

@Suite struct InferenceReportTests {
  /// A real run's parts sum to its whole, and next to nothing stays unexplained.
  @Test func partsSumToTheWhole() throws {
    let pipeline = try Pipeline(Repository.path("Pipelines/classify.yaml"))
    let recorder = Recorder()
    let executor = try SequentialExecutor(pipeline.graph, recorder: recorder)
    var explained = 0
    for name in ["small.jpg", "large.jpg", "coffee.png", "variants/lossy.webp", "small.jpg"] {
      let image = try EncodedImage(Repository.image(name))
      let result = try executor.process(image)
      let attribution = recorder.attribution(of: result, in: pipeline.graph)
      let stages = attribution.stages.reduce(0) { $0 + $1.compute + $1.queue + $1.transfer }
      #expect(stages + attribution.unattributed == attribution.total)
      #expect(attribution.total == result.completion - result.arrival)
      if attribution.unattributed * 50 <= attribution.total { explained += 1 }

      let report = InferenceReport(
        input: name, image: image, result: result, attribution: attribution, in: pipeline.graph)
      let shown = try #require(report.attribution)
      let sum = shown.stages.reduce(shown.unattributed) { $0 + $1.microseconds }
      #expect(abs(sum - shown.total) <= 1e-6 * Double(shown.stages.count + 1))
    }
    #expect(explained >= 3, "one may lose the core between two stages, not most")
  }

  @Test func keysAreThoseOfTheDocumentation() throws {
    let pipeline = try Pipeline(Repository.path("Pipelines/classify.yaml"))
    let recorder = Recorder()
    let image = try EncodedImage(Repository.image("variants/exif-6.jpg"))
    let result = try SequentialExecutor(pipeline.graph, recorder: recorder).process(image)
    let report = InferenceReport(
      input: "a", image: image, result: result,
      attribution: recorder.attribution(of: result, in: pipeline.graph), in: pipeline.graph)
    let object = try Self.parsed(report)
    #expect(Set(object.keys) == ["input", "width", "height", "bytes", "outputs", "attribution"])
    // Upright, as displayed.
    #expect(report.width == image.header.height && report.height == image.header.width)
    let attribution = try #require(object["attribution"] as? [String: Any])
    #expect(Set(attribution.keys) == ["total_us", "stages", "unattributed_us"])
    let stage = try #require((attribution["stages"] as? [[String: Any]])?.first)
    #expect(Set(stage.keys) == ["name", "us", "share"])
    let output = try #require((object["outputs"] as? [[String: Any]])?.first)
    #expect(Set(output.keys) == ["label", "index", "score"])
  }

  /// The text is JSON whatever is in it.
  @Test func oddTextIsQuoted() throws {
    let odd = "a\"b\\c\nd\u{1}é\u{1F600}"
    let report = InferenceReport(input: odd, bytes: 3, error: ImageError.empty)
    #expect(try Self.parsed(report)["input"] as? String == odd)
  }

  private static func parsed(_ report: InferenceReport) throws -> [String: Any] {
    let text = InferenceReport.json(pipeline: "p", items: [report])
    let whole = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(whole["pipeline"] as? String == "p")
    return try #require((whole["items"] as? [[String: Any]])?.first)
  }

  @Test func failures() throws {
    let report = InferenceReport(input: "a", bytes: 3, error: ImageError.empty)
    let object = try Self.parsed(report)
    #expect(Set(object.keys) == ["input", "bytes", "error"])

    let folder = try TemporaryFolder()
    let pipeline = try Pipeline(PipelineFile().write(to: folder))
    let recorder = Recorder()
    let image = try EncodedImage(Repository.image("medium.jpg").prefix(20_000))
    let result = try SequentialExecutor(pipeline.graph, recorder: recorder).process(image)
    let late = InferenceReport(
      input: "a", image: image, result: result,
      attribution: recorder.attribution(of: result, in: pipeline.graph), in: pipeline.graph)
    #expect(late.output == nil && late.error?.contains("truncated JPEG") == true && late.width != nil)
  }
}
