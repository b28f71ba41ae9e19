import Basics
import Dataflow
import Foundation
import TestSupport
import Testing

@testable import Vision

/// Pipelines of networks alone, that take and give whole batches.
@Suite struct TensorPipelineTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func pipeline(_ yaml: String, _ model: ONNXModel = ONNXModel()) throws -> Pipeline {
    try folder.write(model.data, to: "model.onnx")
    return try Pipeline(folder.write(yaml.utf8, to: "p.yaml"))
  }

  private let image = TensorDescription(
    name: "image", element: .float32, shape: [nil, 3, 16, 16],
    symbols: ["d0", nil, nil, nil])

  @Test(arguments: Engines.all.map(\.name)) func theModelsTensors(engine: String) throws {
    for reference in ["p.yaml", "model.onnx"] {
      _ = try pipeline("stages: {classify: {use: infer, model: model.onnx, engine: \(engine)}}")
      let pipeline = try Pipeline(folder.path + "/" + reference)
      let scores = TensorDescription(
        name: "scores", element: .float32, shape: [nil, 6], symbols: ["d0", nil])
      #expect(pipeline.signature == .tensors(inputs: [image], outputs: [scores]))
      #expect(pipeline.name == (reference == "p.yaml" ? "p" : "model"))
      let tensor = try Tensor(shape: [5, 3, 16, 16])
      for index in 0..<5 { tensor.slot(index).update(repeating: Float(index)) }
      let result: Tensor = try SequentialExecutor(pipeline.graph).process(tensor).output()
      #expect(result.shape == [5, 6])
      for index in 0..<5 { #expect(abs(result.slot(index)[0] - Float(index)) < 1e-5) }
    }
  }

  @Test func otherElements() throws {
    let pipeline = try pipeline("stages: {infer: {model: model.onnx}}", ONNXModel { $0.givesArgMax = true })
    let scores = TensorDescription(name: "scores", element: .int64, shape: [nil], symbols: ["d0"])
    #expect(pipeline.signature == .tensors(inputs: [image], outputs: [scores]))
    let bytes = try self.pipeline("stages: {infer: {model: model.onnx}}", ONNXModel { $0.element = .uint8 })
    guard case .tensors(let inputs, _) = bytes.signature else { throw FileError("no tensors") }
    #expect(inputs.map(\.element) == [.uint8])
  }

  @Test func imagesAsBefore() throws {
    #expect(try Pipeline(PipelineFile().write(to: folder)).signature.takesImages)
  }

  /// A folder says no more of a network than its file, where nothing is beside it.
  @Test func aFolderWithoutEvidence() throws {
    let folder = try TemporaryFolder()
    try folder.write(ONNXModel().data, to: "model.onnx")
    let pipeline = try Pipeline(folder.path, use: .imagesIfEvident)
    #expect(!pipeline.signature.takesImages && pipeline.remarks.contains { $0.contains("--set") })
  }

  /// Scores are of one item, batches are not.
  @Test func whatDoesNotFit() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try pipeline("stages:\n  infer: {model: model.onnx}\n  label: {}\n")
    }
    #expect(
      error?.reason.contains(
        "'label.outputs' takes network outputs but 'infer.scores' gives float32 batch [?, 6]")
        == true)
    #expect(throws: UnknownConfiguration.fileNotFound("none.onnx", kind: "pipeline")) {
      try Pipeline("none.onnx")
    }
  }
}
