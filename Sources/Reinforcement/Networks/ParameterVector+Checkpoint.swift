extension ParameterVector: Checkpointable {
  public func save(to checkpoint: inout CheckpointWriter) {
    fetch()
    checkpoint.put("values", floats: UnsafeBufferPointer(start: values, count: count))
  }

  public func restore(from checkpoint: CheckpointReader) throws {
    try checkpoint.get("values", into: UnsafeMutableBufferPointer(start: values, count: count))
    push()
  }
}
