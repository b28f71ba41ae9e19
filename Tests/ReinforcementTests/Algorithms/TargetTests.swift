import Kernels
import Testing

@testable import Reinforcement

/// When targets move, and by how much their actions are disturbed.
struct TargetTests {
  private func minibatch(_ observations: Int, _ random: inout RandomStream) -> Minibatch {
    let minibatch = Minibatch(capacity: 8, observationSize: observations, actionSize: 1)
    minibatch.count = 8
    for row in 0..<8 {
      for column in 0..<observations {
        minibatch.observations.view[row, column] = Float(random.uniform(-1, 1))
        minibatch.nextObservations.view[row, column] = Float(random.uniform(-1, 1))
      }
      minibatch.rewards[row] = Float(random.nextDouble())
      minibatch.discounts[row] = 0.9
    }
    return minibatch
  }

  /// The network is copied before the first update at or after each multiple of the interval, and at no other one.
  @Test(arguments: [1.0, 0.25]) func dqnTarget(tau: Double) throws {
    var configuration = DQNConfiguration()
    configuration.common.hidden = [4]
    configuration.common.batchSize = 8
    configuration.common.learningRate = 0.1
    configuration.targetUpdateInterval = 10
    configuration.tau = tau
    var random = RandomStream(seed: 1)
    let networks = try configuration.makeNetwork(
      observationSize: 2, actions: 2, on: HostBackend(), using: &random)
    let learner = DQNLearner(
      configuration, network: networks, exploration: LinearSchedule(from: 1, to: 1, over: 1))
    let batch = minibatch(2, &random)
    func values(_ network: any Network) -> [Float] {
      Array(UnsafeBufferPointer(start: network.parameters.values, count: network.parameters.count))
    }
    for (step, moves) in [
      (5, false), (9, false), (10, true), (11, false), (19, false), (20, true), (20, false), (30, true),
      (45, true), (49, false), (50, true), (71, true), (79, false), (80, true),
    ] {
      let (online, target) = (values(networks.online), values(networks.target))
      _ = learner.learn(from: batch, step: step)
      let expected =
        moves ? zip(online, target).map { tau == 1 ? $0 : $1 + Float(tau) * ($0 - $1) } : target
      #expect(
        zip(values(networks.target), expected).allSatisfy { abs($0 - $1) < 1e-6 }, "at step \(step)")
      #expect(values(networks.online) != values(networks.target))
    }
  }

  /// The noise on the target's actions is cut off at the limit: what learning draws is what is expected of its stream.
  @Test(arguments: [(10.0, 0.5), (0.2, 0.05), (10.0, 0.0), (0.3, 10.0)])
  func td3Noise(sigma: Double, limit: Double) throws {
    func learner(_ random: RandomStream) throws -> (ActorCriticLearner, TargetSmoothing) {
      var configuration = TD3Configuration()
      configuration.common.hidden = [6]
      configuration.common.batchSize = 8
      configuration.common.learningRate = 0.01
      configuration.targetPolicyNoise = sigma
      configuration.targetNoiseClip = limit
      var initialisation = RandomStream(seed: 3)
      let networks = try ActorCriticNetworks(
        configuration.actorCritic, configuration.common, critics: 2, observationSize: 3, actionSize: 1,
        on: HostBackend(), using: &initialisation)
      let smoothing = TargetSmoothing(configuration, actionSize: 1, random: random)
      let learner = ActorCriticLearner(
        configuration.actorCritic, networks: networks, policyDelay: configuration.policyDelay,
        smoothing: smoothing)
      return (learner, smoothing)
    }
    var stream = RandomStream(seed: 7)
    let ((drawing, _), (given, smoothing)) = (try learner(stream), try learner(stream))
    var random = RandomStream(seed: 9)
    let batch = minibatch(3, &random)
    var cut = 0
    for _ in 0..<4 {
      for row in 0..<8 {
        let number = sigma * stream.normal()
        if abs(number) > limit { cut += 1 }
        smoothing.noise.view[row, 0] = Float(max(-limit, min(limit, number)))
      }
      #expect(drawing.learn(from: batch, step: 0) == given.learn(from: batch))
    }
    #expect((cut > 0) == (sigma > limit / 4))
    for (one, other) in zip(drawing.parameters, given.parameters) {
      #expect((0..<one.count).allSatisfy { one.values[$0] == other.values[$0] })
    }
  }
}
