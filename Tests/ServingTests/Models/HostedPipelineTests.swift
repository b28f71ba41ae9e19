import Dataflow
import Foundation
import TestSupport
import Testing
import Vision

@testable import Serving

@Suite struct HostedPipelineTests {
  private let folder: TemporaryFolder
  private let green = PNGFile.solid(width: 30, height: 20, red: 1, green: 200, blue: 3)

  init() throws { folder = try TemporaryFolder() }

  private func host(_ change: (inout PipelineFile) -> Void = { _ in }) throws -> HostedPipeline {
    try HostedPipeline(Pipeline(PipelineFile(change).write(to: folder)))
  }

  /// The parts of every answer sum to its whole, also where items wait for each other.
  @Test func accountsForEveryNanosecond() async throws {
    let hosted = try host()
    let image = green
    try await withThrowingTaskGroup { group in
      for _ in 0..<40 { group.addTask { try await hosted.process(hosted.input(of: image).input) } }
      for try await finished in group {
        let attribution = try #require(finished.attribution)
        let stages = attribution.stages.reduce(0) { $0 + $1.compute + $1.queue + $1.transfer }
        #expect(stages + attribution.unattributed == attribution.total)
        #expect(try finished.result.output(as: Classification.self).labels.first?.label == "green")
      }
    }
    hosted.drain()
  }

  @Test func failuresConcernOneItem() async throws {
    let hosted = try host()
    await #expect(throws: ImageError.empty) { try await hosted.infer(Data(), named: "x") }
    await #expect(throws: ImageError.self) { try await hosted.infer(green.prefix(200), named: "x") }
    #expect(try await hosted.infer(green, named: "x").labels?.first?.label == "green")
    hosted.drain()
    await #expect(throws: RuntimeError.closed) { try await hosted.infer(green, named: "x") }
  }

  @Test func warmsUp() async throws {
    try await host().warmUp()
    // That no number is finite says nothing of what users will send; their images' answers are errors.
    let broken = try host { $0.model = ONNXModel { $0.bias = [.nan, 0, 0, 0, 0, 0] }.data }
    try await broken.warmUp()
    #expect(broken.lines.contains { $0.contains("not finite") })
    let error = await #expect(throws: OutputError.self) { try await broken.infer(green, named: "x") }
    #expect(error?.description.hasPrefix("1 of the network's 6 scores are not finite") == true)
  }
}

extension InferenceReport {
  fileprivate var labels: [Classification.Label]? { (output as? Classification)?.labels }
}
