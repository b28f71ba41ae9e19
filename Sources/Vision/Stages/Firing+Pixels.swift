import Dataflow

extension Firing {
  /// The pixels of a token in host memory. Pixels from a device are copied, which counts as a transfer.
  package func pixels(_ port: Int = 0, at index: Int = 0) throws -> PixelBuffer {
    let pixels = try input(port, at: index, as: PixelBuffer.self)
    return pixels.device == nil ? pixels : try transfer { try pixels.onHost() }
  }
}
