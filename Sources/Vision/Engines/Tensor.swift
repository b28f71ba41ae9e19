import Synchronization

/// Dense float32 numbers, the last dimension fastest.
///
/// Sendable: a tensor is written by the stage that holds it and read by those after it, never at the same time;
/// the runtime's edges hand it over. `data` lives as long as the tensor.
public final class Tensor: @unchecked Sendable {
  public let shape: [Int]
  public let data: UnsafeMutableBufferPointer<Float>
  private let pool: TensorPool?

  /// 64 bytes: a cache line, and the widest vector.
  private static let alignment = 64

  /// Uninitialised numbers.
  public convenience init(shape: [Int]) {
    self.init(shape: shape, data: Self.allocate(shape), pool: nil)
  }

  init(shape: [Int], data: UnsafeMutableBufferPointer<Float>, pool: TensorPool?) {
    self.shape = shape
    self.data = data
    self.pool = pool
  }

  deinit {
    if let pool { pool.takeBack(data) } else { data.deallocate() }
  }

  static func allocate(_ shape: [Int]) -> UnsafeMutableBufferPointer<Float> {
    let count = shape.reduce(1, *)
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: alignment)
    return UnsafeMutableBufferPointer(rebasing: memory.bindMemory(to: Float.self)[..<count])
  }

  /// The numbers of one element of the batch, the first dimension.
  public func slot(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
    let size = data.count / max(shape.first ?? 1, 1)
    return UnsafeMutableBufferPointer(rebasing: data[(index * size)..<((index + 1) * size)])
  }
}

/// Tensors of one shape, used again and again: fresh memory for each would cost its page faults.
///
/// Memory comes back when the last reference to a tensor goes, from any thread. At most `limit` are kept.
public final class TensorPool: Sendable {
  public let shape: [Int]
  private let limit: Int
  private let free = Mutex<Free>(Free())

  // Sendable: the buffers in here belong to nobody else.
  private struct Free: @unchecked Sendable {
    var buffers: [UnsafeMutableBufferPointer<Float>] = []
  }

  public init(shape: [Int], keeping limit: Int = 16) {
    self.shape = shape
    self.limit = limit
  }

  deinit { free.withLock { for buffer in $0.buffers { buffer.deallocate() } } }

  public func take() -> Tensor {
    let kept = free.withLock { $0.buffers.popLast() }
    return Tensor(shape: shape, data: kept ?? Tensor.allocate(shape), pool: self)
  }

  fileprivate func takeBack(_ data: sending UnsafeMutableBufferPointer<Float>) {
    let isKept = free.withLock { free in
      guard free.buffers.count < limit else { return false }
      free.buffers.append(data)
      return true
    }
    if !isKept { data.deallocate() }
  }
}
