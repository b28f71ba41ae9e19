import Dataflow
import Kernels
import OpenCL
import OpenCLReinforcement
import Reinforcement

/// An update of a learner on the CPU, by one thread, and on a device.
struct LearnerTiming {
  private let name: String
  private let configuration: any AlgorithmConfiguration
  private let spaces: Spaces

  static let all = [[64, 64], [256, 256], [1024, 1024]].flatMap { hidden in
    [
      LearnerTiming(DQNConfiguration(), hidden, batch: 64, action: .discrete(2)),
      LearnerTiming(
        DDPGConfiguration(), hidden, batch: 256, action: .continuous(BoxSpace(size: 1, low: -1, high: 1))),
    ]
  }

  private init<Configuration: AlgorithmConfiguration>(
    _ configuration: Configuration, _ hidden: [Int], batch: Int, action: ActionSpace
  ) {
    var configuration = configuration
    configuration.common.hidden = hidden
    configuration.common.batchSize = batch
    self.configuration = configuration
    name = "\(Configuration.algorithm) \(hidden.map(String.init).joined(separator: " × ")), batch \(batch)"
    spaces = Spaces(observation: BoxSpace(size: 4, low: -1, high: 1), action: action)
  }

  func run(_ device: OpenCLDevice, seconds: Double) throws {
    let minibatch = Minibatch(
      capacity: configuration.common.batchSize, observationSize: 4, actionSize: spaces.action.size)
    minibatch.count = minibatch.capacity
    var random = RandomStream(seed: 1)
    for row in 0..<minibatch.count {
      for column in 0..<4 {
        minibatch.observations.view[row, column] = Float(random.uniform(-1, 1))
        minibatch.nextObservations.view[row, column] = Float(random.uniform(-1, 1))
      }
      minibatch.rewards[row] = Float(random.uniform(-1, 1))
    }
    func learner(_ backend: any NetworkBackend) throws -> any Learner {
      var random = RandomStream(seed: 1)
      return try configuration.makeLearner(for: spaces, steps: 1, on: backend, using: &random)
    }
    let learners = try [("cpu", learner(HostBackend())), (device.name, learner(OpenCLBackend(on: device)))]
    try Measurement(
      learners.map { place, learner in
        ("\(name), \(place)", { _ = learner.learn(from: minibatch, step: 0) })
      }
    ).report(seconds: seconds)
  }
}
