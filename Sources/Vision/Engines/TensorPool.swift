import Basics
import Dataflow
import Foundation

/// Reusable tensors of one type and shape, in batches of any size: fresh memory for each would cost page
/// faults.
///
/// Memory returns when the last reference to a tensor goes, from any thread. The latest `limit` are kept.
public final class TensorPool: MemoryPool {
  public let element: ElementType
  /// The shape of a batch of one.
  public let shape: [Int]
  private let limit: Int
  private let kept = Locked(Kept())

  // Sendable: nothing else refers to these buffers.
  private struct Kept: @unchecked Sendable {
    var buffers = IdlePieces<UnsafeMutableRawBufferPointer>()
  }

  public init(_ element: ElementType = .float32, shape: [Int], keeping limit: Int = 16) {
    self.element = element
    self.shape = shape
    self.limit = limit
    MemoryPools.add(self)
  }

  deinit {
    MemoryPools.remove(self)
    kept.withLock { for buffer in $0.buffers.pieces { free(buffer.baseAddress) } }
  }

  public func giveBackIdle() {
    kept.withLock { for buffer in $0.buffers.takeAged() { free(buffer.baseAddress) } }
  }

  /// A tensor with undefined contents.
  public func take(batch: Int = 1) throws(EngineError) -> Tensor {
    var shape = shape
    if batch != 1 { shape[0] *= batch }
    let byteCount = element.byteCount(shape)
    let used = kept.withLock { kept in
      kept.buffers.pieces.lastIndex { $0.count == byteCount }.map { kept.buffers.remove(at: $0) }
    }
    if let used { return Tensor(element, shape: shape, bytes: used, .pooled(self)) }
    return Tensor(element, shape: shape, bytes: try Tensor.allocate(element, shape), .pooled(self))
  }

  func takeBack(_ bytes: sending UnsafeMutableRawBufferPointer) {
    kept.withLock { kept in
      kept.buffers.append(bytes)
      if kept.buffers.pieces.count > limit { free(kept.buffers.remove(at: 0).baseAddress) }
    }
  }
}
