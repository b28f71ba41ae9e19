import Dataflow
import Kernels

/// Normalises batches of pixels on an OpenCL device; the same values as `Normalisation.write` bit by bit.
///
/// One thread at a time uses a normaliser.
final class OpenCLNormaliser {
  private let normalisation: Normalisation
  private let device: OpenCLDevice
  private let queue: OpenCLQueue
  private let pool: BufferPool
  private let kernel: OpenCLKernel
  /// Work items of a group.
  private static let items = 64

  /// - Throws: `DeviceError`.
  init(_ normalisation: Normalisation, on device: OpenCLDevice) throws(DeviceError) {
    self.normalisation = normalisation
    self.device = device
    queue = try device.makeOpenCLQueue()
    pool = BufferPool(of: device)
    kernel = try device.program(.pixels).kernel("normalise")
  }

  /// - Parameters:
  ///   - images: of equal size, in the host's memory or a device's.
  ///   - slots: receive `3 · width · height` floats for each image.
  ///   - transfer: runs what moves data.
  /// - Throws: `DeviceError`.
  func normalise(
    _ images: [PixelBuffer], to slots: [UnsafeMutableBufferPointer<Float>],
    transfer: (() throws -> Void) throws -> Void
  ) throws {
    guard let first = images.first else { return }
    let count = first.width * first.height
    let isPlanar = normalisation.layout == .nchw
    let isReversed = normalisation.channelOrder == .bgr
    let channel = isPlanar ? count : 1
    let result = try pool.take(images.count * count * 12)
    let source = try gather(images, byteCount: 3 * count, transfer)
    let arguments: [OpenCLArgument] = [
      .buffer(source.buffer), .buffer(result.buffer), .integer(count), .integer(isPlanar ? 1 : 3),
      .integer(isReversed ? -channel : channel), .integer(isReversed ? 2 * channel : 0),
    ]
    try queue.launch(
      kernel,
      arguments + normalisation.mean.map { .number($0) }
        + normalisation.standardDeviation.map { .number(1 / $0) },
      over: [count, images.count], inGroupsOf: [Self.items, 1])
    try queue.finish()
    try transfer {
      for (index, slot) in slots.enumerated() {
        try queue.read(result.buffer, at: index * count * 12, into: UnsafeMutableRawBufferPointer(slot))
      }
      try queue.finish()
    }
  }

  /// The images one after the other in memory of the device: that where they lie, if they do.
  private func gather(
    _ images: [PixelBuffer], byteCount: Int, _ transfer: (() throws -> Void) throws -> Void
  ) throws -> PooledBuffer {
    let places = images.map { $0.device.flatMap { $0.memory.device.name == device.name ? $0 : nil } }
    if let shared = places[0]?.memory,
      places.indices.allSatisfy({ places[$0]?.memory === shared && places[$0]?.offset == $0 * byteCount })
    {
      return shared
    }
    let source = try pool.take(images.count * byteCount)
    try transfer {
      for (index, image) in images.enumerated() {
        if let place = places[index] {
          try queue.copy(
            place.memory.buffer, at: place.offset, to: source.buffer, at: index * byteCount,
            byteCount: byteCount)
        } else {
          let image = try image.onHost()
          try image.withPixels {
            try queue.write(UnsafeRawBufferPointer($0), to: source.buffer, at: index * byteCount)
            try queue.finish()
          }
        }
      }
      try queue.finish()
    }
    return source
  }
}
