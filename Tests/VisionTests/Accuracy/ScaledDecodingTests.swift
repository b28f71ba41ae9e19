import Basics
import Dataflow
import Foundation
import Testing
import Vision

/// `scale: auto` decodes at a reduced size. It may change numbers a little, but never the answer.
@Suite struct ScaledDecodingTests {
  @Test func autoKeepsTheTopLabelOfEveryTestImage() throws {
    let folder = try #require(Installation.find(".deps/images"), "there are no images; run Scripts/setup")
    let files = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
    let images = files.filter { $0.hasSuffix(".jpg") }.sorted()
    #expect(images.count >= 20)
    let auto = try SequentialExecutor(Pipeline("classify", scale: .auto).graph)
    let exact = try SequentialExecutor(Pipeline("classify", scale: .exact).graph)
    for name in images {
      let image = try EncodedImage(Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
      let labels = try [auto, exact].map {
        try $0.process(image).output(as: Classification.self).labels[0].index
      }
      #expect(labels[0] == labels[1], "\(name)")
    }
  }
}
