import Kernels

/// The policy's action with noise on each component, clipped to the bounds.
final class ActionNoise: Behaviour {
  private let policy: any Policy
  private let kind: NoiseKind
  private let sigma: Double
  private let actionSize: Int
  /// The noise processes' values, for each environment and component.
  private var state: [Double] = []

  init(_ policy: any Policy, _ settings: ActorCriticSettings, actionSize: Int) {
    self.policy = policy
    kind = settings.noise
    sigma = settings.noiseSigma
    self.actionSize = actionSize
  }

  func act(
    _ observations: MatrixView, step: Int, into actions: MatrixView, using random: inout RandomStream
  ) {
    policy.act(observations, into: actions)
    if state.count < observations.rows * actionSize {
      state += Array(repeating: 0, count: observations.rows * actionSize - state.count)
    }
    for row in 0..<observations.rows {
      for column in 0..<actionSize {
        let noise = nextNoise(row * actionSize + column, &random)
        actions[row, column] = min(max(actions[row, column] + Float(noise), -1), 1)
      }
    }
  }

  private func nextNoise(_ index: Int, _ random: inout RandomStream) -> Double {
    switch kind {
    case .gaussian: return sigma * random.normal()
    case .ornsteinUhlenbeck:
      let (theta, interval) = (0.15, 1e-2)
      state[index] += -theta * state[index] * interval + sigma * interval.squareRoot() * random.normal()
      return state[index]
    }
  }

  func episodeEnded(_ index: Int) {
    for component in 0..<actionSize where index * actionSize + component < state.count {
      state[index * actionSize + component] = 0
    }
  }

  func save(to checkpoint: inout CheckpointWriter) { checkpoint.put("state", state) }

  func restore(from checkpoint: CheckpointReader) throws { state = try checkpoint.get("state") }
}
