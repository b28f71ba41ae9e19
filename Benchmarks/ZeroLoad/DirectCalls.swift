import Dataflow
import Foundation
import Kernels
import Vision

/// The pipeline's work without the pipeline: the same calls on the same buffers, and nothing between them.
final class DirectCalls {
  private let decoder = ImageDecoder()
  private let resizer: ImageResizer
  private let geometry = CropGeometry(shortSide: 256, crop: 224)
  private let normalisation = Normalisation(mean: [127, 127, 127], standardDeviation: [128, 128, 128])
  private let session: any EngineSession
  private let tensor = Tensor(shape: [1, 3, 224, 224])

  init(_ pipeline: Pipeline) throws {
    resizer = ImageResizer(geometry: geometry, filter: .bilinear)
    guard let model = Installation.find(".deps/models/efficientnet-lite0.onnx") else {
      throw BenchmarkError("there is no model; run Scripts/setup")
    }
    session = try Engines.all[0].load(model: model, threads: Platform.local.devices[0].cores)
  }

  func run(_ data: Data) throws {
    let header = try data.withUnsafeBytes { try ImageHeader(parsing: $0) }
    let pixels = try data.withUnsafeBytes {
      try decoder.decode($0, header: header, for: geometry, filter: .bilinear)
    }
    guard let destination = tensor.slot(0).baseAddress else { return }
    normalisation.write(try resizer.resize(pixels), to: destination)
    _ = try session.run([tensor])
  }
}
