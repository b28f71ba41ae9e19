/// A network, and a copy of it that follows more slowly, which targets are made of.
final class TargetedNetwork: Checkpointable {
  let online: any Network
  let target: any Network

  init(_ network: any Network) {
    online = network
    target = network.copy(maximumBatch: network.maximumBatch)
  }

  func copyToTarget() { target.parameters.copyValues(from: online.parameters) }

  /// target ← τ · online + (1 − τ) · target.
  func moveTarget(by tau: Double) {
    target.parameters.interpolate(towards: online.parameters, weight: Float(tau))
  }

  func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.put("online", online.parameters)
    checkpoint.put("target", target.parameters)
  }

  func restore(from checkpoint: CheckpointReader) throws {
    try checkpoint.get("online", online.parameters)
    try checkpoint.get("target", target.parameters)
  }
}
