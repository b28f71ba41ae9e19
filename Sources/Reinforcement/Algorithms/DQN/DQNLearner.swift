import Kernels

/// Learns action values by temporal differences to a target network.
final class DQNLearner: Learner {
  private let configuration: DQNConfiguration
  private let network: TargetedNetwork
  private let greedy: GreedyPolicy
  private let explorer: EpsilonGreedy
  private let gradient: Matrix
  private let targets: UnsafeMutablePointer<Float>
  private(set) var updates = 0
  /// The step of the last copy to the target network.
  private var targetStep = 0

  init(_ configuration: DQNConfiguration, network: TargetedNetwork, exploration: LinearSchedule) {
    self.configuration = configuration
    self.network = network
    greedy = GreedyPolicy(network.online.host)
    explorer = EpsilonGreedy(greedy, actions: network.online.outputSize, schedule: exploration)
    let batch = configuration.common.batchSize
    gradient = Matrix(rows: batch, columns: network.online.outputSize)
    targets = .allocate(capacity: batch)
    targets.initialize(repeating: 0, count: batch)
  }

  deinit { targets.deallocate() }

  var policy: any Policy { greedy }
  var behaviour: any Behaviour { explorer }

  var parameters: [ParameterVector] { [network.online.parameters] }

  func learn(from minibatch: Minibatch, step: Int) -> Float {
    updateTarget(at: step)
    makeTargets(from: minibatch)
    let count = minibatch.count
    let values = network.online.forward(minibatch.observations.view.prefix(count))
    let loss = configuration.loss.evaluate(
      values: values, actions: minibatch.actions.view, targets: targets, gradient: gradient.view.prefix(count)
    )
    network.step(gradient.view.prefix(count))
    updates += 1
    return loss
  }

  /// Moves the target towards the network at every multiple of the interval. It is due only before the next
  /// update, as the network hasn't changed since the last.
  private func updateTarget(at step: Int) {
    let interval = configuration.targetUpdateInterval
    guard step / interval > targetStep / interval else { return }
    if configuration.tau == 1 {
      network.copyToTarget()
    } else {
      network.moveTarget(by: configuration.tau)
    }
    targetStep = step
  }

  /// r + γⁿ · the value of the best next action; without the second term after a termination.
  private func makeTargets(from minibatch: Minibatch) {
    let next = minibatch.nextObservations.view.prefix(minibatch.count)
    let values = network.target.forward(next)
    let choosing = configuration.isDouble ? network.online.forward(next) : values
    for row in 0..<minibatch.count {
      let best = values[row, choosing.row(row).indexOfMaximum]
      targets[row] = minibatch.rewards[row] + minibatch.discounts[row] * best
    }
  }

  func restartCounting() {
    updates = 0
    targetStep = 0
  }

  func save(to checkpoint: inout CheckpointWriter) {
    network.save(to: &checkpoint)
    checkpoint.put("counters", [updates, targetStep])
  }

  func restore(from checkpoint: CheckpointReader) throws {
    try network.restore(from: checkpoint)
    let counters = try checkpoint.get("counters", as: [Int].self)
    guard counters.count == 2 else { throw checkpoint.refusal("there are two counters") }
    (updates, targetStep) = (counters[0], counters[1])
  }
}
