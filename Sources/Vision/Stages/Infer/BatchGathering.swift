import Dataflow

/// Gathers the slots of a firing in one tensor.
///
/// Used by one thread at a time.
final class BatchGathering {
  private var pool: TensorPool?

  /// The slots' own batch, without a copy, if they are all of it in order; else a batch of copies.
  ///
  /// - Parameter rows: of the batch; those beyond the slots are zeros. As many as slots, if not given.
  /// - Throws: `EngineError` if the slots are not of one size.
  func batch(of firing: Firing, rows: Int? = nil) throws -> Tensor {
    let first = try firing.input(as: BatchSlot.self)
    let rows = rows ?? firing.count()
    if rows == firing.count(), try isWhole(first.tensor, firing) { return first.tensor }
    let shape = [1] + first.tensor.shape.dropFirst()
    let element = first.tensor.element
    if pool?.shape != shape || pool?.element != element { pool = TensorPool(element, shape: shape) }
    guard let batch = try pool?.take(batch: rows) else { return first.tensor }
    for index in 0..<firing.count() {
      let slot = try firing.input(at: index, as: BatchSlot.self)
      guard slot.tensor.shape.dropFirst() == shape.dropFirst(), slot.tensor.element == element else {
        throw EngineError.wrongInputs(
          expected: "\(element) \(shape)", found: "\(slot.tensor.element) \(slot.tensor.shape)")
      }
      batch.slotBytes(index).copyMemory(from: UnsafeRawBufferPointer(slot.tensor.slotBytes(slot.index)))
    }
    for row in firing.count()..<rows {
      batch.slotBytes(row).initializeMemory(as: UInt8.self, repeating: 0)
    }
    return batch
  }

  private func isWhole(_ tensor: Tensor, _ firing: Firing) throws -> Bool {
    guard tensor.shape.first == firing.count() else { return false }
    for index in 0..<firing.count() {
      let slot = try firing.input(at: index, as: BatchSlot.self)
      guard slot.tensor === tensor, slot.index == index else { return false }
    }
    return true
  }
}
