import Basics
import Dataflow
import Glibc

/// Reusable memory for pixels: a fresh 33 MB buffer for each large image costs tens of milliseconds of page
/// faults.
///
/// Thread-safe. Keeps at most `maximumIdleBytes`; returned memory beyond that is freed.
public final class PixelPool: MemoryPool {
  private let idle = Locked(IdlePieces<PixelStorage>())
  private let maximumIdleBytes: Int

  /// - Parameter maximumIdleBytes: maximum bytes of unused memory.
  public init(maximumIdleBytes: Int = 256 << 20) {
    self.maximumIdleBytes = maximumIdleBytes
    MemoryPools.add(self)
  }

  deinit {
    MemoryPools.remove(self)
    // Buffers in use refer to the pool, so everything is idle.
    idle.withLock { for storage in $0.pieces { free(storage.base) } }
  }

  public func giveBackIdle() {
    for storage in idle.withLock({ $0.takeAged() }) { free(storage.base) }
  }

  /// A buffer with undefined pixels. O(idle buffers), which are few.
  ///
  /// - Throws: `ImageError.outOfMemory`.
  public func buffer(width: Int, height: Int, region: PixelRegion? = nil) throws(ImageError) -> PixelBuffer {
    let (pixels, isTooMany) = width.multipliedReportingOverflow(by: height)
    // A quarter of the address space: rounding it up doesn't overflow either.
    guard !isTooMany, pixels < Int.max / 16 else { throw .outOfMemory }
    let storage = try take(3 * pixels + PixelBuffer.padding)
    return PixelBuffer(
      width: width, height: height,
      region: region ?? PixelRegion(imageWidth: width, imageHeight: height), storage: storage, pool: self)
  }

  /// Bytes of unused memory.
  public var idleBytes: Int { idle.withLock { $0.pieces.reduce(0) { $0 + $1.capacity } } }

  func take(_ bytes: Int) throws(ImageError) -> PixelStorage {
    let capacity = PixelPool.sizeClass(bytes)
    let found = idle.withLock { idle -> PixelStorage? in
      // The smallest sufficient piece, unless most of it would be wasted.
      let pieces = idle.pieces
      let candidates = pieces.indices.filter { (capacity...4 * capacity).contains(pieces[$0].capacity) }
      guard let index = candidates.min(by: { pieces[$0].capacity < pieces[$1].capacity }) else { return nil }
      return idle.remove(at: index)
    }
    if let found { return found }
    guard let base = aligned_alloc(PixelPool.alignment, capacity) else { throw .outOfMemory }
    return PixelStorage(base: base, capacity: capacity)
  }

  func takeBack(_ storage: PixelStorage) {
    let dropped = idle.withLock { idle -> [PixelStorage] in
      idle.append(storage)
      var total = idle.pieces.reduce(0) { $0 + $1.capacity }
      var dropped: [PixelStorage] = []
      while total > maximumIdleBytes, !idle.pieces.isEmpty {
        let oldest = idle.remove(at: 0)
        total -= oldest.capacity
        dropped.append(oldest)
      }
      return dropped
    }
    for storage in dropped { free(storage.base) }
  }

  /// One cache line.
  private static let alignment = 64

  /// The next multiple of a quarter of the power of two below: few sizes, at most 25 % waste.
  static func sizeClass(_ bytes: Int) -> Int {
    let smallest = 4096
    guard bytes > smallest else { return smallest }
    let step = (1 << (Int.bitWidth - 1 - bytes.leadingZeroBitCount)) / 4
    return (bytes + step - 1) / step * step
  }
}

/// A piece of memory from a `PixelPool`, owned by its holder.
struct PixelStorage: @unchecked Sendable {
  // Sendable: ownership moves with the value, which is held once.
  let base: UnsafeMutableRawPointer
  let capacity: Int
}
