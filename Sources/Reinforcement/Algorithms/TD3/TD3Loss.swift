import Kernels

/// What the critics of twin delayed DDPG are fitted to; the losses themselves are those of DDPG.
enum TD3Loss {
  /// r + γⁿ · min Q′ᵢ(s′, π′(s′) + noise); nothing follows a termination.
  ///
  /// - Parameter noise: `[n, action size]`, already cut off.
  static func targets(
    _ targets: UnsafeMutablePointer<Float>, from minibatch: Minibatch, noise: MatrixView,
    _ networks: TD3Networks,
    _ input: CriticInput
  ) {
    let next = minibatch.nextObservations.view.prefix(minibatch.count)
    let actions = networks.actor.network.target.forward(next)
    for row in 0..<minibatch.count {
      for column in 0..<actions.columns {
        actions[row, column] = min(max(actions[row, column] + noise[row, column], -1), 1)
      }
    }
    let joined = input.join(next, actions)
    let first = networks.critics.0.network.target.forward(joined)
    let second = networks.critics.1.network.target.forward(joined)
    for row in 0..<minibatch.count {
      let value = min(first[row, 0], second[row, 0])
      targets[row] = minibatch.rewards[row] + minibatch.discounts[row] * value
    }
  }
}
