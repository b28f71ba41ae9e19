import Foundation
import TestSupport
import Testing

@testable import Dataflow
@testable import Vision

struct StageWorkTests {
  /// Multiplications and additions as their authors count them: EfficientNet-Lite0 has 407 million of both together
  /// (github.com/tensorflow/tpu, efficientnet/lite), ResNet-50 v1.5 has 4.1 billion.
  @Test(arguments: [
    ("efficientnet-lite0", 2 * 407e6, 18.5e6, 60), ("resnet50-untrained", 2 * 4.1e9, 102e6, 72),
  ])
  func networksAreReadFromTheirFiles(name: String, flops: Double, weights: Double, kernels: Int) throws {
    let work = try #require(NetworkWork(try Repository.path(".deps/models/\(name).onnx")).work)
    #expect(abs(work.flops / flops - 1) < 0.06, "\(work.flops)")
    #expect(abs(work.kernels.reduce(0) { $0 + $1.sharedBytes } / weights - 1) < 0.02)
    #expect(work.kernels.count == kernels)
    #expect(work.input.bytes == 4 * 3 * 224 * 224)
  }

  @Test func whatIsNoModelHasNoWork() throws {
    let folder = try TemporaryFolder()
    #expect(NetworkWork("\(folder.path)/none.onnx").work == nil)
    #expect(NetworkWork(try folder.write(ONNXModel().data, to: "whole.onnx")).work != nil)
    var random = SeededGenerator(seed: 3)
    let model = ONNXModel().data
    for _ in 0..<200 {
      var damaged = model.prefix(Int.random(in: 0...model.count, using: &random))
      for _ in 0..<3 {
        guard let index = damaged.indices.randomElement(using: &random) else { continue }
        damaged[index] = UInt8.random(in: 0...255, using: &random)
      }
      _ = NetworkWork(try folder.write(damaged, to: "damaged.onnx")).work
    }
  }

  @Test func imagesAreDecodedWholeAndResizedFromWhatTheCPUWouldDecode() throws {
    let large = Footprint("large", size: 8e6, pixels: [2880, 3880])
    let settings = ResizeSettings(shortSide: 256, crop: 224)
    let decode = try #require(Stage.decode(for: settings).work?(large))
    #expect(decode.kernels.reduce(0) { $0 + $1.entropyBytes } == 8e6)
    #expect(decode.input.bytes == 8e6)
    let resize = try #require(Stage.resize(settings).work?(large))
    // An eighth of both sides: 360 × 485, of which the crop needs 315 or so of each.
    let side = (resize.input.bytes / 3).squareRoot()
    #expect((310...330).contains(side), "\(side)")
    // No JPEG, or not known.
    #expect(Stage.decode(for: settings).work?(Footprint("png", size: 8e6)) == nil)
  }
}
