import Kernels

/// Episodes go on where they were: environments, streams, steps and returns so far, and what is shown now.
extension VectorEnvironment: Checkpointable {
  public func save(to checkpoint: inout CheckpointWriter) {
    operations.save(&checkpoint)
    for index in 0..<count {
      checkpoint.put("observations.\(index)", floats: UnsafeBufferPointer(observations.view.row(index)))
    }
  }

  public func restore(from checkpoint: CheckpointReader) throws {
    try operations.restore(checkpoint)
    for index in 0..<count { try checkpoint.get("observations.\(index)", into: observations.view.row(index)) }
  }
}
