/// A rectangle of 8-bit RGB pixels, interleaved, rows from top to bottom; memory from a `PixelPool`, to which
/// it returns by itself when the last reference goes.
///
/// Invariant of the memory: `height` rows, `rowBytes = 3 · width` apart, and `PixelBuffer.padding` bytes more
/// that belong to nobody, so that kernels may read past the last pixel.
///
/// `@unchecked Sendable`: only its maker writes, and before it hands the buffer on; after that it is read.
public final class PixelBuffer: @unchecked Sendable {
  public let width: Int
  public let height: Int
  public let region: PixelRegion
  private let storage: PixelStorage
  private let pool: PixelPool

  /// Readable bytes past the last pixel.
  static let padding = 64

  init(width: Int, height: Int, region: PixelRegion, storage: PixelStorage, pool: PixelPool) {
    self.width = width
    self.height = height
    self.region = region
    self.storage = storage
    self.pool = pool
  }

  deinit { pool.takeBack(storage) }

  /// From one row to the next.
  public var rowBytes: Int { 3 * width }

  /// Valid while the buffer lives. For its maker to fill.
  public var mutablePixels: UnsafeMutablePointer<UInt8> {
    storage.base.assumingMemoryBound(to: UInt8.self)
  }

  /// The pixels, for as long as the closure runs.
  public func withPixels<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeBufferPointer(start: mutablePixels, count: height * rowBytes))
  }
}
