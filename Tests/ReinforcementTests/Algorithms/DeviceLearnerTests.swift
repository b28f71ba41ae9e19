import Dataflow
import Kernels
import TestSupport
import Testing

@testable import Reinforcement

/// Every algorithm's learner on an OpenCL device against that on the CPU, from the same weights and minibatches.
@Suite struct DeviceLearnerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let configuration: any AlgorithmConfiguration
    let spaces: Spaces

    init(_ name: String, _ configuration: DQNConfiguration = DQNConfiguration(), _ hidden: [Int] = [48, 40]) {
      var configuration = configuration
      configuration.common.hidden = hidden
      configuration.common.batchSize = 37
      configuration.common.learningRate = 1e-4
      configuration.targetUpdateInterval = 10
      testDescription = name
      self.configuration = configuration
      spaces = Spaces(observation: BoxSpace(size: 5, low: -1, high: 1), action: .discrete(3))
    }

    init(continuous name: String, _ configuration: some AlgorithmConfiguration, _ hidden: [Int] = [48, 40]) {
      var configuration = configuration
      configuration.common.hidden = hidden
      configuration.common.batchSize = 37
      configuration.common.learningRate = 1e-4
      testDescription = name
      self.configuration = configuration
      spaces = Spaces(
        observation: BoxSpace(size: 5, low: -1, high: 1),
        action: .continuous(BoxSpace(size: 2, low: -2, high: 2)))
    }
  }

  private static func dqn(_ change: (inout DQNConfiguration) -> Void) -> DQNConfiguration {
    var configuration = DQNConfiguration()
    change(&configuration)
    return configuration
  }

  static let cases = [
    Case("dqn"), Case("dqn, one layer", DQNConfiguration(), [70]),
    Case("dqn, three layers", DQNConfiguration(), [33, 17, 5]),
    Case("dqn, double", dqn { $0.isDouble = true }),
    Case("dqn, clipped", dqn { $0.maximumGradientNorm = 0.01 }),
    Case(
      "dqn, tanh, squared",
      dqn {
        $0.common.activation = .tanh
        $0.loss = .squared
      }),
    Case("dqn, dueling", dqn { $0.isDueling = true }),
    Case("dqn, dueling without a trunk", dqn { $0.isDueling = true }, [48]),
    Case(
      "dqn, dueling, double, tanh",
      dqn {
        $0.isDueling = true
        $0.isDouble = true
        $0.common.activation = .tanh
      }),
    Case(continuous: "ddpg", DDPGConfiguration()),
    Case(continuous: "ddpg, wide", DDPGConfiguration(), [400, 300]),
    Case(continuous: "td3", TD3Configuration()),
  ]

  private func makeLearner(_ algorithm: Case, on device: String) throws -> (any Learner, any NetworkBackend) {
    var random = RandomStream(seed: 11)
    let backend = try NetworkBackends.make(onDeviceNamed: device)
    let learner = try algorithm.configuration.makeLearner(
      for: algorithm.spaces, steps: 1000, on: backend, using: &random)
    return (learner, backend)
  }

  private func fill(_ minibatch: Minibatch, for spaces: Spaces, using random: inout RandomStream) {
    // Not always full.
    minibatch.count = minibatch.capacity - random.integer(below: 3)
    for row in 0..<minibatch.count {
      for column in 0..<spaces.observation.size {
        minibatch.observations.view[row, column] = Float(random.uniform(-1, 1))
        minibatch.nextObservations.view[row, column] = Float(random.uniform(-1, 1))
      }
      for column in 0..<spaces.action.size {
        minibatch.actions.view[row, column] =
          if case .discrete(let count) = spaces.action {
            Float(random.integer(below: count))
          } else {
            Float(random.uniform(-1, 1))
          }
      }
      minibatch.rewards[row] = Float(random.uniform(-2, 2))
      minibatch.discounts[row] = random.integer(below: 5) == 0 ? 0 : 0.99
    }
  }

  private func values(_ learner: any Learner) -> [Float] {
    learner.parameters.flatMap { parameters in
      parameters.fetch()
      return Array(UnsafeBufferPointer(start: parameters.values, count: parameters.count))
    }
  }

  private func difference(_ a: any Learner, _ b: any Learner) -> Float {
    zip(values(a), values(b)).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test(arguments: cases, NetworkBackends.testDevices.filter { $0 != "cpu" })
  func agrees(algorithm: Case, device: String) throws {
    let (expected, _) = try makeLearner(algorithm, on: "cpu")
    let (learner, backend) = try makeLearner(algorithm, on: device)
    let minibatch = Minibatch(
      capacity: algorithm.configuration.common.batchSize, observationSize: algorithm.spaces.observation.size,
      actionSize: algorithm.spaces.action.size)
    var random = RandomStream(seed: 5)
    #expect(difference(learner, expected) == 0)
    for update in 1...50 {
      fill(minibatch, for: algorithm.spaces, using: &random)
      let (loss, expectedLoss) = (
        learner.learn(from: minibatch, step: update), expected.learn(from: minibatch, step: update)
      )
      try backend.check()
      #expect(abs(loss - expectedLoss) < 1e-4 * max(1, abs(expectedLoss)), "update \(update)")
      if update == 1 { #expect(difference(learner, expected) < 1e-5) }
    }
    #expect(difference(learner, expected) < 1e-3)
    let (moved, _) = try makeLearner(algorithm, on: "cpu")
    #expect(difference(moved, expected) > 1e-3)
    #expect(backend.takeTransferTime() > 0)
    #expect(backend.takeTransferTime() == 0)

    // What either has saved goes on on the other.
    let (another, anotherBackend) = try makeLearner(algorithm, on: device)
    try another.restore(from: expected)
    try moved.restore(from: learner)
    #expect(difference(another, expected) == 0 && difference(moved, learner) == 0)
    fill(minibatch, for: algorithm.spaces, using: &random)
    for each in [learner, moved, another, expected] { _ = each.learn(from: minibatch, step: 51) }
    try anotherBackend.check()
    #expect(difference(moved, learner) < 1e-5 && difference(another, expected) < 1e-5)

    // The policy acts by what was learned last, and so does its copy.
    let rows = minibatch.observations.view.prefix(3)
    let (first, second) = (
      Matrix(rows: 3, columns: algorithm.spaces.action.size),
      Matrix(rows: 3, columns: algorithm.spaces.action.size)
    )
    let copy = moved.policy.copy(maximumBatch: 3)
    copy.update(from: learner.policy)
    learner.policy.act(rows, into: first.view)
    copy.act(rows, into: second.view)
    for row in 0..<3 { #expect(Array(first.view.row(row)) == Array(second.view.row(row))) }
  }
}
