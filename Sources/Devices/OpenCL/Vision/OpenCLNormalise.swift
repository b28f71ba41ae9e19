import Dataflow
import OpenCL
import Vision

extension Implementation {
  /// Normalisation on an OpenCL device; `nil` for an unusual number format or order.
  static func openCL(_ operation: NormaliseOperation) -> Implementation? {
    guard operation.normalisation.isUsual else { return nil }
    return Implementation("opencl", on: .opencl, parallelism: .device, maximumBatchSize: .max) { device in
      OpenCLNormaliseInstance(
        try OpenCLNormaliser(operation.normalisation, on: device.openCL()), operation.tensors)
    }
  }
}

private final class OpenCLNormaliseInstance: StageInstance {
  private let normaliser: OpenCLNormaliser
  private let pool: TensorPool

  init(_ normaliser: OpenCLNormaliser, _ pool: TensorPool) {
    self.normaliser = normaliser
    self.pool = pool
  }

  func fire(_ firing: Firing) throws {
    let images = try (0..<firing.count()).map { index in
      let pixels = try firing.input(at: index, as: PixelBuffer.self)
      return normaliser.has(pixels) ? pixels : try firing.pixels(at: index)
    }
    let batch = try pool.take(batch: images.count)
    try normaliser.normalise(images, to: images.indices.map { batch.slot($0) })
    firing.transferred(for: normaliser.takeTransferTime())
    for (index, image) in images.enumerated() {
      firing.emit(BatchSlot(tensor: batch, index: index, frame: image.frame), of: index)
    }
  }
}
