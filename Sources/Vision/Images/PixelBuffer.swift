import Basics
import Dataflow
import Planning

/// A rectangle of 8-bit RGB pixels, interleaved, rows from top to bottom: in memory of the host from a `PixelPool`,
/// or in a device's. The memory returns by itself when the last reference goes.
///
/// Invariant of the host's memory: `height` rows, `rowBytes = 3 · width` apart, and `PixelBuffer.padding` bytes more
/// that belong to nobody, so that kernels may read past the last pixel. A device's has the rows alone.
///
/// `@unchecked Sendable`: only its maker writes, and before it hands the buffer on; after that it is read.
public final class PixelBuffer: @unchecked Sendable {
  public let width: Int
  public let height: Int
  public let region: PixelRegion
  private let memory: Memory

  private enum Memory {
    case host(PixelStorage, PixelPool)
    case device(DevicePixels)
  }

  /// Readable bytes past the last pixel.
  static let padding = 64

  init(width: Int, height: Int, region: PixelRegion, storage: PixelStorage, pool: PixelPool) {
    self.width = width
    self.height = height
    self.region = region
    memory = .host(storage, pool)
  }

  /// A whole image on a device, whose queue is done with it.
  package init(width: Int, height: Int, on device: DevicePixels) {
    self.width = width
    self.height = height
    region = PixelRegion(imageWidth: width, imageHeight: height)
    memory = .device(device)
  }

  deinit {
    if case .host(let storage, let pool) = memory { pool.takeBack(storage) }
  }

  /// From one row to the next.
  public var rowBytes: Int { 3 * width }

  /// Where the pixels are, if they are not in the host's memory.
  package var device: DevicePixels? {
    if case .device(let pixels) = memory { pixels } else { nil }
  }

  /// Valid while the buffer lives. For its maker to fill.
  ///
  /// - Precondition: the pixels are in the host's memory; `onHost` sees to that.
  public var mutablePixels: UnsafeMutablePointer<UInt8> {
    guard case .host(let storage, _) = memory else { preconditionFailure("pixels on a device") }
    return storage.base.assumingMemoryBound(to: UInt8.self)
  }

  /// The pixels, for as long as the closure runs.
  ///
  /// - Precondition: the pixels are in the host's memory.
  public func withPixels<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeBufferPointer(start: mutablePixels, count: height * rowBytes))
  }

  /// The same pixels in the host's memory; itself if they are there already.
  ///
  /// - Throws: `DeviceError`, `ImageError.outOfMemory`.
  public func onHost(pool: PixelPool = .fromDevices) throws -> PixelBuffer {
    guard let device else { return self }
    let copy = try pool.buffer(width: width, height: height, region: region)
    let queue = try device.memory.device.makeQueue()
    let destination = UnsafeMutableRawBufferPointer(start: copy.mutablePixels, count: height * rowBytes)
    try queue.read(device.memory.buffer, at: device.offset, into: destination)
    try queue.finish()
    return copy
  }
}

extension PixelPool {
  /// Memory for pixels that come from devices.
  public static let fromDevices = PixelPool()
}

/// Where in a device's memory pixels begin; several images may share a buffer.
package struct DevicePixels: Sendable {
  package let memory: PooledBuffer
  /// Bytes.
  package let offset: Int

  package init(memory: PooledBuffer, offset: Int) {
    self.memory = memory
    self.offset = offset
  }
}
