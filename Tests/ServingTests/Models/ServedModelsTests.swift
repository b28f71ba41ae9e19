import Basics
import Dataflow
import Foundation
import HTTPTypes
import TestSupport
import Testing
import Vision

@testable import Serving

@Suite struct ServedModelsTests {
  private let models = ServedModels()
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func pipeline(_ version: Int) throws -> HostedPipeline {
    let path = try folder.write(ONNXModel().data, to: "tiny.onnx")
    return try HostedPipeline(Pipeline(path), version: version, record: { _ in })
  }

  private func serve(_ pipeline: HostedPipeline?) throws -> ServedModel {
    let model = ServedModel("tiny", from: .program, pipeline)
    try models.add(model)
    return model
  }

  @Test func findsWhatIsServed() throws {
    let first = try pipeline(1)
    let model = try serve(first)
    #expect(try models.find(ModelReference(name: "tiny")) === first)
    #expect(try models.find(ModelReference(name: "tiny", version: "1")) === first)
    let second = try pipeline(2)
    #expect(model.replace(by: second, failures: [:]) === first)
    #expect(try models.find(ModelReference(name: "tiny")) === second)
    let other = try #require(throws: RequestFailure.self) {
      try models.find(ModelReference(name: "tiny", version: "1"))
    }
    #expect(other.kind == .notFound && other.message.contains("version 2 is"), "\(other.message)")
    #expect(model.unload() === second && models.pipelines.isEmpty)
    let unloaded = try #require(throws: RequestFailure.self) { try models.find(ModelReference(name: "tiny")) }
    #expect(unloaded.kind == .notFound && unloaded.message.contains("not loaded"), "\(unloaded.message)")
    let unknown = try #require(throws: RequestFailure.self) { try models.find(ModelReference(name: "tin")) }
    #expect(unknown.kind == .notFound && unknown.message.contains("no model 'tin'"), "\(unknown.message)")
    #expect(throws: RepositoryError.duplicateName("tiny")) { try serve(nil) }
  }

  @Test func entriesOfTheIndex() throws {
    let model = try serve(nil)
    model.keep(failures: [3: "broken", 2: "worse"])
    #expect(Set(model.entries.map(\.version)) == [2, 3] && !model.entries.contains(where: \.isReady))
    _ = model.replace(by: try pipeline(2), failures: [3: "broken"])
    #expect(model.entries.map(\.isReady) == [false, true] && model.entries.map(\.reason) == ["broken", nil])
    model.keep(failures: [2: "spoilt"])
    #expect(model.entries.map(\.isReady) == [true] && model.entries.map(\.reason) == ["spoilt"])
    _ = model.unload()
    #expect(
      model.entries == [
        RepositoryIndex.Entry(name: "tiny", version: 2, isReady: false, reason: "unloaded")
      ])
  }

  /// A request that found a pipeline just before it was replaced is its successor's.
  @Test func aRequestGoesToTheSuccessor() throws {
    let (first, second) = (try pipeline(1), try pipeline(2))
    let model = try serve(first)
    var asked: [Int] = []
    let answered = try models.withPipeline(ModelReference(name: "tiny")) { pipeline in
      asked.append(pipeline.version)
      if pipeline === first {
        _ = model.replace(by: second, failures: [:])
        first.drain()
      }
      let image = try Tensor(shape: [1, 3, 16, 16])
      return try pipeline.run([HostedPipeline.Input(values: [image], bytes: 1)], RequestOptions()) { _ in }
    }
    #expect(asked == [1, 2])
    second.drain()
    withExtendedLifetime(answered) {}
    // Without a successor the server ends.
    #expect(throws: RuntimeError.closed) {
      try models.withPipeline(ModelReference(name: "tiny")) { _ in throw RuntimeError.closed }
    }
    _ = model.unload()
    #expect(throws: RequestFailure.self) { try models.withPipeline(ModelReference(name: "tiny")) { _ in } }
  }
}
