import Basics
import Dataflow
import Foundation
import TestSupport
import Testing
import Vision

/// `scale: auto` decodes at a reduced size. It may change numbers a little, but never the answer.
@Suite struct ScaledDecodingTests {
  private func photographs() throws -> [EncodedImage] {
    let folder = try #require(Installation.find(".deps/images"), "there are no images; run Scripts/setup")
    let files = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
    let names = files.filter { $0.hasSuffix(".jpg") }.sorted()
    #expect(names.count >= 20)
    return try names.map { try EncodedImage(Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0))) }
  }

  /// The part of an answer that stays the same, by the task's own agreement: of the worst photograph, and on average.
  @Test(arguments: [
    ("classify", "", 1, 1), ("embed", "", 1, 1), ("segment-person", "", 0.99, 0.999),
    ("detect-faces", "antialias: true", 1, 1),
    // Nothing is reduced: networks that want the nearest pixels alone, and depth.
    ("detect-faces", "", 1, 1), ("detect", "", 1, 1), ("depth", "", 1, 1),
  ])
  func autoKeepsTheAnswer(pipeline: String, change: String, worst: Double, mean: Double) throws {
    let folder = try TemporaryFolder()
    var text = try Repository.pipeline(pipeline)
    if !change.isEmpty { text = text.replacing("antialias: false", with: change) }
    let file = try folder.write(text.utf8, to: "\(pipeline).yaml")
    let auto = try SequentialExecutor(Pipeline(file, scale: .auto).graph)
    let exact = try SequentialExecutor(Pipeline(file, scale: .exact).graph)
    let agreements = try photographs().map { image in
      let outputs = try [auto, exact].map { try $0.process(image).output(as: (any TaskOutput).self) }
      return agreement(outputs[0], outputs[1])
    }
    #expect(agreements.allSatisfy { $0 >= worst }, "\(agreements.sorted().prefix(5))")
    #expect(agreements.reduce(0, +) >= mean * Double(agreements.count))
  }

  private func agreement<Output: TaskOutput>(_ output: Output, _ reference: any TaskOutput) -> Double {
    (reference as? Output).map { output.agreement(with: $0) } ?? 0
  }
}
