import Kernels

/// A checkpoint has environments, streams, steps and returns so far, and the current observations.
///
/// The latest step's rewards and ends aren't kept: after restoring there are none.
extension VectorEnvironment: Checkpointable {
  public func save(to checkpoint: inout CheckpointWriter) {
    operations.save(&checkpoint)
    checkpoint.put("observations", (0..<count).flatMap { Array(observations.view.row($0)) })
  }

  public func restore(from checkpoint: CheckpointReader) throws {
    let saved = try checkpoint.get("observations", as: [Float].self)
    let size = observationSpace.size
    guard saved.count == count * size else {
      throw checkpoint.refusal(
        "it shows \(saved.count) numbers where \(count) environments show \(count * size)")
    }
    try operations.restore(checkpoint)
    for index in 0..<count {
      _ = observations.view.row(index).update(fromContentsOf: saved[index * size..<(index + 1) * size])
    }
    forgetLatestStep()
  }
}
