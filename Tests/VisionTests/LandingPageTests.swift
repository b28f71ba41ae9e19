import Dataflow
import Foundation
import TestSupport
import Testing
import Vision

// Begin: example.

/// The most likely class of a photograph, and how many milliseconds it took.
func classify(_ path: String) throws -> (label: String, milliseconds: Double) {
  let pipeline = try Pipeline("classify")
  let executor = try SequentialExecutor(pipeline.graph)
  let image = try EncodedImage(Data(contentsOf: URL(filePath: path)))
  let result = try executor.process(image)
  let classes: Classification = try result.output()
  return (classes.labels[0].label, Double(result.completion - result.arrival) / 1e6)
}

// End: example.

struct LandingPageTests {
  @Test func example() throws {
    #expect(try classify(Repository.path(".deps/images/small.jpg")).label == "espresso")
  }
}
