import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Vision

/// What every engine does alike.
@Suite struct EngineTests {
  static let names = Engines.all.map(\.name)

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func engine(_ name: String) throws -> any Engine { try #require(Engines.named(name)) }

  private func load(_ model: ONNXModel, by name: String, threads: Int = 1) throws -> any EngineSession {
    let path = try folder.write(model.data, to: "\(UUID()).onnx")
    return try engine(name).load(model: path, threads: threads)
  }

  /// A batch of four is four batches of one: bit for bit where the arithmetic is the same, near where the library
  /// blocks it otherwise.
  @Test(arguments: names, [1, 2]) func batchOfFour(engine name: String, threads: Int) throws {
    let path = try Repository.path(".deps/models/efficientnet-lite0.onnx")
    for (session, tolerance) in [
      (try load(ONNXModel(), by: name, threads: threads), Float(1e-6)),
      (try engine(name).load(model: path, threads: threads), 1e-3),
    ] {
      let four = try Tensor.random(try #require(session.inputs[0].shape(batch: 4)))
      let together = try #require(session.run([four]).first)
      for index in 0..<4 {
        let one = try Tensor(shape: [1] + four.shape.dropFirst())
        _ = one.data.update(from: four.slot(index))
        let alone = try #require(session.run([one]).first)
        let expected = alone.numbers
        let found = together.numbers[(index * expected.count)...].prefix(expected.count)
        #expect(found.count == expected.count && together.data.count == 4 * expected.count)
        #expect(zip(expected, found).allSatisfy { abs($0 - $1) <= tolerance })
      }
    }
  }

  @Test(arguments: names) func describesWhatTheModelTakes(engine: String) throws {
    let session = try load(ONNXModel { $0.element = .uint8 }, by: engine)
    #expect(session.inputs.map(\.description) == ["uint8 [?, 3, 16, 16]"])
    #expect(session.outputs.map(\.description) == ["float32 [?, 6]"])
    #expect(session.inputs.map(\.name) == ["image"] && session.outputs.map(\.name) == ["scores"])
  }

  @Test(arguments: names) func weightsListedAsInputsAreNone(engine: String) throws {
    let session = try load(ONNXModel { $0.listsWeightsAsInputs = true }, by: engine)
    #expect(session.inputs.map(\.name) == ["image"])
    #expect(try session.run([.random([1, 3, 16, 16])]).count == 1)
  }

  /// An output whose shape is known only after the run.
  @Test(arguments: names) func outputsOfAnyShape(engine: String) throws {
    let session = try load(
      ONNXModel {
        $0.givesPixels = true
        $0.side = nil
      }, by: engine)
    #expect(session.outputs.map(\.description) == ["float32 [?, 3, ?, ?]"])
    for shape in [[2, 3, 5, 7], [1, 3, 2, 2], [4, 3, 8, 3]] {
      let input = try Tensor.random(shape)
      let output = try session.run([input])[0]
      #expect(output.shape == shape && output.numbers == input.numbers.map(abs))
    }
  }

  @Test(arguments: names) func refusesTensorsThatDoNotFit(engine: String) throws {
    let session = try load(ONNXModel { $0.batch = 1 }, by: engine)
    #expect(
      throws: EngineError.wrongInputs(expected: "float32 [1, 3, 16, 16]", found: "float32 [2, 3, 16, 16]")
    ) { try session.run([.random([2, 3, 16, 16])]) }
    #expect(throws: EngineError.self) { try session.run([.random([1, 3, 16])]) }
    #expect(throws: EngineError.self) { try session.run([]) }
    let bytes = try load(ONNXModel { $0.element = .uint8 }, by: engine)
    #expect(
      throws: EngineError.wrongInputs(expected: "uint8 [?, 3, 16, 16]", found: "float32 [1, 3, 16, 16]")
    ) { try bytes.run([.random([1, 3, 16, 16])]) }
    // Every refusal leaves the session as it was.
    #expect(try session.run([.random([1, 3, 16, 16])]).count == 1)
  }

  @Test(arguments: names) func typesThatAreNotSupported(engine: String) throws {
    var graph = ONNXFile()
    graph.input("x", .string, ["N", 4])
    graph.output("y", .string, ["N", 4])
    graph.node("Identity", ["x"], ["y"])
    let path = try folder.write(graph.data, to: "string.onnx")
    let error = #expect(throws: (any Error).self) {
      try Stage.inferBatches([EngineVariant(self.engine(engine), model: path, threads: 1)])
    }
    #expect("\(try #require(error))".contains("string"))
  }

  @Test(arguments: names) func missingModel(engine name: String) throws {
    let engine = try engine(name)
    #expect(throws: EngineError.modelNotFound(path: "/no/such.onnx")) {
      try engine.load(model: "/no/such.onnx", threads: 1)
    }
  }

  @Test(arguments: names, ["empty", "text", "half", "noise", "folder"])
  func corruptModel(engine name: String, kind: String) throws {
    let whole = ONNXModel().data
    let data: [String: Data] = [
      "empty": Data(), "text": Data("this is no model".utf8), "half": whole.prefix(whole.count / 2),
      "noise": Data((0..<1000).map { UInt8(truncatingIfNeeded: $0 * 37) }),
    ]
    let path = try data[kind].map { try folder.write($0, to: "corrupt.onnx") } ?? folder.path
    let engine = try engine(name)
    let error = try #require(throws: EngineError.self) { try engine.load(model: path, threads: 1) }
    guard case .modelUnreadable(path, let reason) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(!reason.isEmpty && !reason.contains("\n"))
  }

  @Test(arguments: names, [1, 2]) func severalThreadsRunOneSession(engine: String, threads: Int) async throws
  {
    let session = try load(ONNXModel(), by: engine, threads: threads)
    let inputs = try (1...4).map { try Tensor.random([$0, 3, 16, 16]) }
    let expected = try inputs.map { try session.run([$0])[0].numbers }
    try await withThrowingTaskGroup { group in
      for index in 0..<200 {
        group.addTask { (index % 4, try session.run([inputs[index % 4]])[0].numbers) }
      }
      for try await (index, scores) in group { #expect(scores == expected[index]) }
    }
  }

  @Test(arguments: names, Precision.allCases) func precisions(engine name: String, precision: Precision)
    throws
  {
    let (engine, path) = (try engine(name), try folder.write(ONNXModel().data, to: "model.onnx"))
    #expect(engine.precisions.contains(.float32))
    guard !engine.precisions.contains(precision) else {
      _ = try engine.load(model: path, threads: 1, precision: precision).run([.random([1, 3, 16, 16])])
      return
    }
    #expect(
      throws: EngineError.unsupportedPrecision(precision, engine: name, available: engine.precisions)
    ) { try engine.load(model: path, threads: 1, precision: precision) }
  }
}

extension Tensor {
  /// Numbers from -1 to 1, always the same.
  static func random(_ shape: [Int]) throws -> Tensor {
    let tensor = try Tensor(shape: shape)
    var state: UInt32 = 1
    for index in tensor.data.indices {
      state = state &* 1_664_525 &+ 1_013_904_223
      tensor.data[index] = Float(state >> 8) / Float(1 << 23) - 1
    }
    return tensor
  }

  /// A copy, taken while the tensor lives.
  var numbers: [Float] { withExtendedLifetime(self) { Array(data) } }
}
