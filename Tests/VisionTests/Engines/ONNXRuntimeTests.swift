import Foundation
import TestSupport
import Testing

@testable import Vision

@Suite struct ONNXRuntimeTests {
  private let folder: TemporaryFolder
  private let engine = ONNXRuntimeEngine()

  init() throws { folder = try TemporaryFolder() }

  private func load(_ model: ONNXModel, threads: Int = 1) throws -> any EngineSession {
    try engine.load(model: folder.write(model.data, to: "\(UUID()).onnx"), threads: threads)
  }

  /// A batch of four is four batches of one: bit for bit where the arithmetic is the same, near where the library
  /// blocks it otherwise.
  @Test(arguments: [1, 2]) func batchOfFour(threads: Int) throws {
    let path = try Repository.path(".deps/models/efficientnet-lite0.onnx")
    for (session, tolerance) in [
      (try load(ONNXModel(), threads: threads), Float(1e-6)),
      (try engine.load(model: path, threads: threads), 1e-3),
    ] {
      let four = Self.random(try #require(session.inputs[0].shape(batch: 4)))
      let together = try #require(session.run([four]).first)
      for index in 0..<4 {
        let one = Tensor(shape: [1] + four.shape.dropFirst())
        _ = one.data.update(from: four.slot(index))
        let alone = try #require(session.run([one]).first)
        let expected = alone.numbers
        let found = together.numbers[(index * expected.count)...].prefix(expected.count)
        #expect(found.count == expected.count && together.data.count == 4 * expected.count)
        #expect(zip(expected, found).allSatisfy { abs($0 - $1) <= tolerance })
      }
    }
  }

  @Test func describesWhatTheModelTakes() throws {
    let session = try load(ONNXModel { $0.element = .uint8 })
    #expect(session.inputs.map(\.description) == ["uint8 [?, 3, 16, 16]"])
    #expect(session.outputs.map(\.description) == ["float32 [?, 6]"])
  }

  @Test func weightsListedAsInputsAreNone() throws {
    let session = try load(ONNXModel { $0.listsWeightsAsInputs = true })
    #expect(session.inputs.map(\.name) == ["image"])
    #expect(try session.run([Self.random([1, 3, 16, 16])]).count == 1)
  }

  @Test func refusesTensorsThatDoNotFit() throws {
    let session = try load(ONNXModel { $0.batch = 1 })
    #expect(
      throws: EngineError.wrongInputs(expected: "float32 [1, 3, 16, 16]", found: "float32 [2, 3, 16, 16]")
    ) { try session.run([Self.random([2, 3, 16, 16])]) }
    #expect(throws: EngineError.self) { try session.run([Self.random([1, 3, 16])]) }
    #expect(throws: EngineError.self) { try session.run([]) }
    let bytes = try load(ONNXModel { $0.element = .uint8 })
    #expect(
      throws: EngineError.wrongInputs(expected: "uint8 [?, 3, 16, 16]", found: "float32 [1, 3, 16, 16]")
    ) { try bytes.run([Self.random([1, 3, 16, 16])]) }
  }

  @Test func missingModel() {
    #expect(throws: EngineError.modelNotFound(path: "/no/such.onnx")) {
      try engine.load(model: "/no/such.onnx", threads: 1)
    }
  }

  @Test(arguments: ["empty", "text", "half", "noise"]) func corruptModel(kind: String) throws {
    let whole = ONNXModel().data
    let data: [String: Data] = [
      "empty": Data(), "text": Data("this is no model".utf8), "half": whole.prefix(whole.count / 2),
      "noise": Data((0..<1000).map { UInt8(truncatingIfNeeded: $0 * 37) }),
    ]
    let path = try folder.write(try #require(data[kind]), to: "corrupt.onnx")
    let error = try #require(throws: EngineError.self) { try engine.load(model: path, threads: 1) }
    guard case .modelUnreadable(path, let reason) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(!reason.isEmpty && !reason.contains("\n"))
  }

  @Test func severalThreadsRunOneSession() async throws {
    let session = try load(ONNXModel())
    let input = Self.random([1, 3, 16, 16])
    let expected = try session.run([input])[0].numbers
    try await withThrowingTaskGroup { group in
      for _ in 0..<50 { group.addTask { try session.run([input])[0].numbers } }
      for try await scores in group { #expect(scores == expected) }
    }
  }

  private static func random(_ shape: [Int]) -> Tensor {
    let tensor = Tensor(shape: shape)
    var state: UInt32 = 1
    for index in tensor.data.indices {
      state = state &* 1_664_525 &+ 1_013_904_223
      tensor.data[index] = Float(state >> 8) / Float(1 << 23) - 1
    }
    return tensor
  }
}

extension Tensor {
  /// A copy, taken while the tensor lives.
  fileprivate var numbers: [Float] { withExtendedLifetime(self) { Array(data) } }
}
