import Synchronization

/// Dense numbers of one type, the last dimension fastest.
///
/// Sendable: a tensor is written by the stage that holds it and read by those after it, never at the same time;
/// the runtime's edges hand it over. Its memory lives as long as the tensor.
public final class Tensor: @unchecked Sendable {
  public let element: ElementType
  public let shape: [Int]
  public let bytes: UnsafeMutableRawBufferPointer
  private let pool: TensorPool?

  /// 64 bytes: a cache line, and the widest vector.
  private static let alignment = 64

  /// Uninitialised numbers.
  public convenience init(_ element: ElementType = .float32, shape: [Int]) {
    self.init(element, shape: shape, bytes: Self.allocate(element, shape), pool: nil)
  }

  init(_ element: ElementType, shape: [Int], bytes: UnsafeMutableRawBufferPointer, pool: TensorPool?) {
    self.element = element
    self.shape = shape
    self.bytes = bytes
    self.pool = pool
  }

  deinit {
    if let pool { pool.takeBack(bytes) } else { bytes.deallocate() }
  }

  static func allocate(_ element: ElementType, _ shape: [Int]) -> UnsafeMutableRawBufferPointer {
    let count = shape.reduce(element.size, *)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: alignment)
    return UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
  }

  /// The numbers of a float32 tensor.
  public var data: UnsafeMutableBufferPointer<Float> {
    precondition(element == .float32, "a tensor of another type has no floats")
    return bytes.bindMemory(to: Float.self)
  }

  /// The numbers of an int64 tensor.
  public var integers: UnsafeMutableBufferPointer<Int64> {
    precondition(element == .int64, "a tensor of another type has no integers")
    return bytes.bindMemory(to: Int64.self)
  }

  /// The numbers of one element of a float32 batch, the first dimension.
  public func slot(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
    let data = data
    let size = data.count / max(shape.first ?? 1, 1)
    return UnsafeMutableBufferPointer(rebasing: data[(index * size)..<((index + 1) * size)])
  }
}

/// Float32 tensors of one shape, in batches of any size, used again and again: fresh memory for each would cost its page
/// faults.
///
/// Memory comes back when the last reference to a tensor goes, from any thread. The latest `limit` are kept.
public final class TensorPool: Sendable {
  /// That of a batch of one.
  public let shape: [Int]
  private let limit: Int
  private let free = Mutex<Free>(Free())

  // Sendable: the buffers in here belong to nobody else.
  private struct Free: @unchecked Sendable {
    var buffers: [UnsafeMutableRawBufferPointer] = []
  }

  public init(shape: [Int], keeping limit: Int = 16) {
    self.shape = shape
    self.limit = limit
  }

  deinit { free.withLock { for buffer in $0.buffers { buffer.deallocate() } } }

  public func take(batch: Int = 1) -> Tensor {
    var shape = shape
    if batch != 1 { shape[0] *= batch }
    let byteCount = shape.reduce(ElementType.float32.size, *)
    let kept = free.withLock { free in
      free.buffers.lastIndex { $0.count == byteCount }.map { free.buffers.remove(at: $0) }
    }
    return Tensor(.float32, shape: shape, bytes: kept ?? Tensor.allocate(.float32, shape), pool: self)
  }

  fileprivate func takeBack(_ bytes: sending UnsafeMutableRawBufferPointer) {
    free.withLock { free in
      free.buffers.append(bytes)
      if free.buffers.count > limit { free.buffers.removeFirst().deallocate() }
    }
  }
}
