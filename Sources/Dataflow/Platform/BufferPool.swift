import Basics

/// A pool of device memory. Reuse saves the page faults of new allocations.
///
/// Thread-safe. It keeps at most `limit` unused buffers.
public final class BufferPool: Sendable {
  public let device: any Device
  private let limit: Int
  private let idle = Locked<[any Buffer]>([])

  public init(of device: any Device, keeping limit: Int = 8) {
    self.device = device
    self.limit = limit
  }

  /// A buffer of at least `byteCount` bytes with undefined contents. It returns with its last reference.
  ///
  /// - Throws: `DeviceError` if the device is out of memory.
  public func take(_ byteCount: Int) throws(DeviceError) -> PooledBuffer {
    let found = idle.withLock { idle -> (any Buffer)? in
      // The smallest that is large enough, unless most of it would be unused.
      let fitting = idle.indices.filter {
        (byteCount...max(4 * byteCount, 4096)).contains(idle[$0].byteCount)
      }
      return fitting.min { idle[$0].byteCount < idle[$1].byteCount }.map { idle.remove(at: $0) }
    }
    if let found { return PooledBuffer(found, pool: self) }
    return PooledBuffer(try device.makeBuffer(byteCount: byteCount), pool: self)
  }

  fileprivate func takeBack(_ buffer: any Buffer) {
    idle.withLock { idle in
      idle.append(buffer)
      if idle.count > limit { idle.removeFirst() }
    }
  }
}

/// A buffer of a pool, returned to it at the last release.
public final class PooledBuffer: Sendable {
  public let buffer: any Buffer
  private let pool: BufferPool

  fileprivate init(_ buffer: any Buffer, pool: BufferPool) {
    self.buffer = buffer
    self.pool = pool
  }

  deinit { pool.takeBack(buffer) }

  public var device: any Device { pool.device }
}
