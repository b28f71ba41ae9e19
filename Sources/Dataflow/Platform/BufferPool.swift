import Basics

/// Memory of a device, used again: what a driver allocates anew costs its page faults.
///
/// Thread-safe. At most `limit` buffers are kept while nobody uses them.
public final class BufferPool: Sendable {
  public let device: any Device
  private let limit: Int
  private let idle = Locked<[any Buffer]>([])

  public init(of device: any Device, keeping limit: Int = 8) {
    self.device = device
    self.limit = limit
  }

  /// A buffer of at least so many bytes, contents undefined; it comes back when the last reference goes.
  ///
  /// - Throws: `DeviceError` if the device has no more memory.
  public func take(_ byteCount: Int) throws(DeviceError) -> PooledBuffer {
    let found = idle.withLock { idle -> (any Buffer)? in
      // The smallest that is large enough, unless most of it would lie waste.
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

/// A buffer from a pool, to which it returns.
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
