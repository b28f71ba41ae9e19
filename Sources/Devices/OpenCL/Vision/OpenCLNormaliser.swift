import Basics
import Dataflow
import Kernels
import OpenCL
import Vision

/// Normalises batches of pixels on an OpenCL device, bit-identical to `Normalisation.write`.
///
/// Used by one thread at a time.
final class OpenCLNormaliser {
  private let normalisation: Normalisation
  private let device: OpenCLDevice
  private let queue: OpenCLQueue
  private let pool: BufferPool
  private let kernel: OpenCLKernel
  /// The work items of a group.
  private static let items = 64

  /// - Throws: `DeviceError`.
  init(_ normalisation: Normalisation, on device: OpenCLDevice) throws(DeviceError) {
    self.normalisation = normalisation
    self.device = device
    queue = try device.makeOpenCLQueue(isProfiled: true)
    pool = BufferPool(of: device)
    kernel = try device.program(.pixels).kernel("normalise")
  }

  /// - Parameters:
  ///   - images: of equal size, each in host memory or in this device's.
  ///   - slots: receive `3 · width · height` floats for each image.
  func normalise(
    _ images: [PixelBuffer], to slots: [UnsafeMutableBufferPointer<Float>]
  ) throws(DeviceError) {
    guard let first = images.first else { return }
    let count = first.width * first.height
    let isPlanar = normalisation.layout == .nchw
    let isReversed = normalisation.channelOrder == .bgr
    let channel = isPlanar ? count : 1
    let result = try pool.take(images.count * count * 12)
    let source = try gather(images, byteCount: 3 * count)
    let arguments: [OpenCLArgument] = [
      .buffer(source.buffer), .buffer(result.buffer), .integer(count), .integer(isPlanar ? 1 : 3),
      .integer(isReversed ? -channel : channel), .integer(isReversed ? 2 * channel : 0),
    ]
    try queue.launch(
      kernel,
      arguments + normalisation.mean.map { .number($0) }
        + normalisation.standardDeviation.map { .number(1 / $0) },
      over: [count, images.count], inGroupsOf: [Self.items, 1])
    for (index, slot) in slots.enumerated() {
      try queue.read(result.buffer, at: index * count * 12, into: UnsafeMutableRawBufferPointer(slot))
    }
    // Writes read the images' memory until here.
    try queue.finish()
    withExtendedLifetime(images) {}
  }

  /// Whether the pixels are in this device's memory.
  func has(_ pixels: PixelBuffer) -> Bool { pixels.device?.memory.device.name == device.name }

  /// The time of moving data since the previous call.
  func takeTransferTime() -> Nanoseconds { queue.takeMoving() }

  /// The images in sequence in device memory; without a copy if they already are.
  private func gather(_ images: [PixelBuffer], byteCount: Int) throws(DeviceError) -> PooledBuffer {
    let places = images.map(\.device)
    if let shared = places[0]?.memory,
      places.indices.allSatisfy({ places[$0]?.memory === shared && places[$0]?.offset == $0 * byteCount })
    {
      return shared
    }
    let source = try pool.take(images.count * byteCount)
    for (index, image) in images.enumerated() {
      let offset = index * byteCount
      if let place = places[index] {
        try queue.copy(
          place.memory.buffer, at: place.offset, to: source.buffer, at: offset, byteCount: byteCount)
      } else {
        let bytes = UnsafeRawBufferPointer(start: image.mutablePixels, count: byteCount)
        try queue.write(bytes, to: source.buffer, at: offset)
      }
    }
    return source
  }
}
