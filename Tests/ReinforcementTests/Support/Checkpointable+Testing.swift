import Foundation
import Reinforcement
import TestSupport

extension Checkpointable {
  /// What a checkpoint keeps of the object, through a real file that is gone afterwards.
  func saved() throws -> CheckpointReader {
    let folder = try TemporaryFolder()
    let path = folder.path + "/test.checkpoint"
    var writer = try CheckpointWriter(path: path, metadata: .example)
    writer.put("object", self)
    try writer.finish()
    // The reader keeps the file open.
    return try CheckpointReader(path: path)
  }

  /// Takes over the state of another object of the same kind through a checkpoint.
  func restore(from other: any Checkpointable) throws {
    try other.saved().get("object", self)
  }
}

extension CheckpointMetadata {
  static let example = CheckpointMetadata(
    experiment: "algorithm: dqn\n# ü", algorithm: "dqn", environment: "CartPole-v1", steps: 1234, updates: 56,
    seed: .max, programVersion: "0.1")
}
