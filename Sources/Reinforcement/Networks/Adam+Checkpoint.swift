extension Adam: Checkpointable {
  public func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.put("steps", steps)
    firstMoments.fetch()
    secondMoments.fetch()
    checkpoint.put(
      "first-moments", floats: UnsafeBufferPointer(start: firstMoments.values, count: firstMoments.count))
    checkpoint.put(
      "second-moments", floats: UnsafeBufferPointer(start: secondMoments.values, count: secondMoments.count))
  }

  public func restore(from checkpoint: CheckpointReader) throws {
    let steps = try checkpoint.get("steps", as: Int.self)
    try checkpoint.get(
      "first-moments",
      into: UnsafeMutableBufferPointer(start: firstMoments.values, count: firstMoments.count))
    try checkpoint.get(
      "second-moments",
      into: UnsafeMutableBufferPointer(start: secondMoments.values, count: secondMoments.count))
    firstMoments.push()
    secondMoments.push()
    self.steps = steps
  }
}
