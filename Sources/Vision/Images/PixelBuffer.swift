import Basics
import Dataflow
import Planning

/// A rectangle of interleaved 8-bit RGB pixels, rows from top to bottom: in host memory from a `PixelPool`,
/// or in a device's. The memory returns with the last reference.
///
/// Invariant of host memory: `height` rows, `rowBytes = 3 · width` apart, then `PixelBuffer.padding` unused
/// bytes, so that kernels may read past the last pixel. Device memory has the rows alone.
///
/// `@unchecked Sendable`: only its maker writes, before it hands the buffer on; later uses only read.
public final class PixelBuffer: @unchecked Sendable {
  public let width: Int
  public let height: Int
  public let region: PixelRegion
  /// Where in a photograph the pixels lie, of those that were made for a network's input.
  public package(set) var frame: InputFrame?
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

  /// A whole image on a device, whose queue has finished it.
  package init(width: Int, height: Int, on device: DevicePixels) {
    self.width = width
    self.height = height
    region = PixelRegion(imageWidth: width, imageHeight: height)
    memory = .device(device)
  }

  deinit {
    if case .host(let storage, let pool) = memory { pool.takeBack(storage) }
  }

  /// Bytes from one row to the next.
  public var rowBytes: Int { 3 * width }

  /// The pixels' place in device memory; `nil` for host memory.
  package var device: DevicePixels? {
    if case .device(let pixels) = memory { pixels } else { nil }
  }

  /// The pixels, for their maker to fill; valid while the buffer lives.
  ///
  /// - Precondition: the pixels are in host memory; `onHost` ensures that.
  public var mutablePixels: UnsafeMutablePointer<UInt8> {
    guard case .host(let storage, _) = memory else { preconditionFailure("pixels on a device") }
    return storage.base.assumingMemoryBound(to: UInt8.self)
  }

  /// Passes the pixels to a closure, which must not keep the pointer.
  ///
  /// - Precondition: the pixels are in host memory.
  public func withPixels<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeBufferPointer(start: mutablePixels, count: height * rowBytes))
  }

  /// The same pixels in host memory; `self` if they already are.
  ///
  /// - Throws: `DeviceError`, `ImageError.outOfMemory`.
  public func onHost(pool: PixelPool = .fromDevices) throws -> PixelBuffer {
    guard let device else { return self }
    let copy = try pool.buffer(width: width, height: height, region: region)
    copy.frame = frame
    let queue = try device.memory.device.makeQueue()
    let destination = UnsafeMutableRawBufferPointer(start: copy.mutablePixels, count: height * rowBytes)
    try queue.read(device.memory.buffer, at: device.offset, into: destination)
    try queue.finish()
    return copy
  }
}

extension PixelPool {
  /// The pool for pixels from devices.
  public static let fromDevices = PixelPool()
}

/// The place of pixels in a device's memory; several images may share a buffer.
package struct DevicePixels: Sendable {
  package let memory: PooledBuffer
  /// Bytes.
  package let offset: Int

  package init(memory: PooledBuffer, offset: Int) {
    self.memory = memory
    self.offset = offset
  }
}
