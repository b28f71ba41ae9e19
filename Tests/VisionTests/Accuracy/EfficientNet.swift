import Dataflow
import Kernels
import TestSupport

@testable import Vision

/// The trained classifier, and what comes before it.
enum EfficientNet {
  static func model() throws -> String { try Repository.path(".deps/models/efficientnet-lite0.onnx") }

  static var preparation: [Stage] {
    let resize = ResizeSettings(shortSide: 256, crop: 224, filter: .bilinear)
    let normalisation = Normalisation(mean: [127, 127, 127], standardDeviation: [128, 128, 128])
    return [
      .decode(for: resize), .resize(resize), .normalise(normalisation, height: 224, width: 224),
    ]
  }
}
