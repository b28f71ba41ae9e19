import Kernels

/// An actor: a network observation → action in −1…1 with its target and optimiser.
final class DeterministicActor {
  let network: TargetedNetwork
  private let criticInput: CriticInput
  private let inputGradient: Matrix
  private let actionGradient: Matrix

  init(_ network: TargetedNetwork) {
    self.network = network
    let online = network.online
    let (batch, observations, actions) = (online.maximumBatch, online.inputSize, online.outputSize)
    criticInput = CriticInput(capacity: batch, observationSize: observations, actionSize: actions)
    inputGradient = Matrix(rows: batch, columns: observations + actions)
    actionGradient = Matrix(rows: batch, columns: actions)
  }

  /// Moves the actions for these observations one step towards higher values by the critic: the deterministic
  /// policy gradient (Silver et al. 2014).
  ///
  /// - Parameter observations: `[n, observation size]`.
  /// - Returns: the loss before the step: −(mean value).
  func improve(by critic: Critic, at observations: MatrixView) -> Float {
    let actions = network.online.forward(observations)
    let inputGradient = inputGradient.view.prefix(observations.rows)
    let value = critic.ascent(at: criticInput.join(observations, actions), into: inputGradient)
    let actionGradient = actionGradient.view.prefix(observations.rows)
    for row in 0..<observations.rows {
      for column in 0..<actions.columns {
        actionGradient[row, column] = inputGradient[row, observations.columns + column]
      }
    }
    network.step(actionGradient)
    return -value
  }
}
