import Basics
import Dataflow
import Foundation
import Kernels
import Vision

/// The pipeline's work without the pipeline: the same calls on the same buffers, and nothing between them.
final class DirectCalls {
  private let decoder: ImageDecoder
  private let resizer: ImageResizer
  private let settings: ResizeSettings
  private let normalisation: Normalisation
  private let session: any EngineSession
  private let tensor: Tensor

  init(_ classifier: Classifier) throws {
    tensor = try Tensor(shape: [1, 3, 224, 224])
    let pool = PixelPool()
    settings = classifier.resize
    normalisation = classifier.normalisation
    session = classifier.session
    decoder = ImageDecoder(pool: pool)
    resizer = ImageResizer(geometry: settings.geometry, filter: settings.filter, pool: pool)
  }

  func run(_ data: Data) throws {
    let header = try data.withUnsafeBytes { try ImageHeader(parsing: $0) }
    let pixels = try data.withUnsafeBytes {
      try decoder.decode($0, header: header, for: settings.geometry, filter: settings.filter)
    }
    guard let destination = tensor.slot(0).baseAddress else { return }
    normalisation.write(try resizer.resize(pixels), to: destination)
    _ = try session.run([tensor])
  }
}

/// `Pipelines/classify.yaml`, built in Swift, with its parts at hand.
struct Classifier {
  let resize = ResizeSettings(shortSide: 256, crop: 224, filter: .bilinear)
  let normalisation = Normalisation(mean: [127, 127, 127], standardDeviation: [128, 128, 128])
  let session: any EngineSession
  let pipeline: Pipeline

  init() throws {
    guard let model = Installation.find(".deps/models/efficientnet-lite0.onnx") else {
      throw BenchmarkError("there is no model; run Scripts/setup")
    }
    let variant = EngineVariant(
      ONNXRuntimeEngine(), model: model, threads: Platform.local.devices[0].cores)
    session = try variant.session()
    pipeline = Pipeline(
      try Graph(
        "classify",
        chain: [
          .decode(for: resize),
          .resize(resize),
          .normalise(normalisation, height: 224, width: 224),
          .infer([variant]),
          .label(),
        ]))
  }
}
