import Kernels

/// A learned network, its optimiser, and its target: a copy that follows slowly.
final class TargetedNetwork: Checkpointable {
  let online: any Network
  let target: any Network
  private let optimiser: Adam

  init(_ network: any Network, learningRate: Double, maximumGradientNorm: Double? = nil) {
    online = network
    target = network.copy(maximumBatch: network.maximumBatch)
    optimiser = Adam(
      network.parameters, learningRate: learningRate, maximumGradientNorm: maximumGradientNorm)
  }

  /// Runs one step of the optimiser.
  ///
  /// - Parameter outputGradient: the loss's derivative by the outputs of the latest `online.forward`.
  func step(_ outputGradient: MatrixView) {
    online.backward(outputGradient, setsGradients: true, inputGradient: nil)
    optimiser.step()
  }

  func copyToTarget() { target.parameters.copyValues(from: online.parameters) }

  /// target ← τ · online + (1 − τ) · target.
  func moveTarget(by tau: Double) {
    target.parameters.interpolate(towards: online.parameters, weight: Float(tau))
  }

  func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.put("network.online", online.parameters)
    checkpoint.put("network.target", target.parameters)
    checkpoint.put("optimiser", optimiser)
  }

  func restore(from checkpoint: CheckpointReader) throws {
    try checkpoint.get("network.online", online.parameters)
    try checkpoint.get("network.target", target.parameters)
    try checkpoint.get("optimiser", optimiser)
  }
}

extension OffPolicySettings {
  /// Makes a network for learning, computed by `backend`.
  ///
  /// - Parameters:
  ///   - architecture: a custom one; `nil`: `hidden` layers.
  ///   - outputActivation: `tanh` for actions within −1…1.
  /// - Throws: `DeviceError`.
  func makeNetwork(
    _ architecture: (any NetworkArchitecture)?, isDueling: Bool = false, inputSize: Int, outputSize: Int,
    outputActivation: Activation = .none, maximumGradientNorm: Double? = nil,
    on backend: any NetworkBackend, using random: inout RandomStream
  ) throws -> TargetedNetwork {
    let architecture =
      architecture ?? LayeredArchitecture(hidden: hidden, activation: activation, isDueling: isDueling)
    let network = architecture.makeNetwork(
      inputSize: inputSize, outputSize: outputSize, outputActivation: outputActivation,
      maximumBatch: batchSize, using: &random)
    return TargetedNetwork(
      try backend.adopt(network), learningRate: learningRate, maximumGradientNorm: maximumGradientNorm)
  }
}
