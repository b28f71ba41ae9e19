import Kernels

/// What the critic of deep deterministic policy gradient is fitted to; the loss itself is the mean squared error
/// (`Critic.fit`), and the actor's is −(mean value) (`Critic.ascent`).
enum DDPGLoss {
  /// r + γⁿ · Q′(s′, π′(s′)); nothing follows a termination.
  static func targets(
    _ targets: UnsafeMutablePointer<Float>, from minibatch: Minibatch, _ networks: DDPGNetworks,
    _ input: CriticInput
  ) {
    let next = minibatch.nextObservations.view.prefix(minibatch.count)
    let actions = networks.actor.network.target.forward(next)
    let values = networks.critic.network.target.forward(input.join(next, actions))
    for row in 0..<minibatch.count {
      targets[row] = minibatch.rewards[row] + minibatch.discounts[row] * values[row, 0]
    }
  }
}
