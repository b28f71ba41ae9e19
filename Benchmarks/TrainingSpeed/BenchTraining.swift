import Basics
import Dataflow
import Foundation
import Reinforcement

/// How many steps per second Drivetrain trains: one task for some seconds, one JSON line, as the rivals'
/// `rivals.py` prints it. The tasks are those of `Benchmarks/Training/settings.py`.
@main
struct BenchTraining {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let make = tasks[arguments[1]], let seconds = Double(arguments[2]),
      let threads = Int(arguments[3])
    else {
      print("bench-training TASK SECONDS THREADS; TASK is \(tasks.keys.sorted().joined(separator: ", "))")
      exit(2)
    }
    let trainer = try make(threads)
    // The window opens once learning has started and all memory has been touched.
    try trainer.train(until: trainer.experiment.algorithm.common.learningStarts + 600)
    let (first, begin) = (trainer.steps, clock())
    var now = begin
    try trainer.train(
      until: .max,
      shouldStop: {
        now = clock()
        return now.wall - begin.wall >= seconds
      })
    let line: [String: Any] = [
      "rival": "drivetrain", "task": arguments[1], "threads": threads,
      "steps_per_second": Double(trainer.steps - first) / (now.wall - begin.wall),
      "steps": trainer.steps - first, "seconds": now.wall - begin.wall, "cpu_seconds": now.cpu - begin.cpu,
    ]
    print(
      String(decoding: try JSONSerialization.data(withJSONObject: line, options: .sortedKeys), as: UTF8.self))
  }

  private static func clock() -> (wall: Double, cpu: Double) {
    var cpu = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu)
    return (Double(MonotonicTime().now) / 1e9, Double(cpu.tv_sec) + Double(cpu.tv_nsec) / 1e9)
  }

  /// One that no measurement reaches.
  private static let endless = 10_000_000

  private static let tasks: [String: @Sendable (_ threads: Int) throws -> Trainer] = [
    "dqn-cartpole-64x64": { try dqn([64, 64], $0) },
    "dqn-cartpole-256x256": { try dqn([256, 256], $0) },
    "dqn-cartpole-tuned": {
      try dqn([256, 256], $0) {
        $0.common.learningRate = 2.3e-3
        $0.common.trainFrequency = 256
        $0.common.gradientSteps = 128
        $0.targetUpdateInterval = 10
        $0.explorationFinal = 0.04
      }
    },
    "ddpg-pendulum-64x64": { try ddpg([64, 64], $0) },
    "ddpg-pendulum-256x256": { try ddpg([256, 256], $0) },
    "ddpg-pendulum-400x300": { try ddpg([400, 300], $0) },
    "td3-pendulum-64x64": { try td3([64, 64], $0) },
    "td3-pendulum-64x64-batch100": { try td3([64, 64], $0) { $0.common.batchSize = 100 } },
    "td3-pendulum-256x256": { try td3([256, 256], $0) },
  ]

  /// Acts greedily but for a few steps from the first update on, as the rivals do.
  private static func dqn(
    _ hidden: [Int], _ threads: Int, _ change: (inout DQNConfiguration) -> Void = { _ in }
  ) throws
    -> Trainer
  {
    var configuration = DQNConfiguration()
    configuration.common.hidden = hidden
    configuration.common.learningRate = 2.5e-4
    configuration.common.batchSize = 64
    configuration.common.bufferSize = 100_000
    configuration.common.learningStarts = 1_000
    configuration.common.trainFrequency = 1
    configuration.targetUpdateInterval = 500
    configuration.explorationFraction = 1_000 / Double(endless)
    change(&configuration)
    return try Trainer(experiment(CartPole.id, configuration, threads))
  }

  private static func ddpg(_ hidden: [Int], _ threads: Int) throws -> Trainer {
    var configuration = DDPGConfiguration()
    configuration.common.hidden = hidden
    configuration.common.bufferSize = 200_000
    configuration.common.learningStarts = 1_000
    configuration.common.gamma = 0.98
    return try Trainer(experiment(Pendulum.id, configuration, threads))
  }

  private static func td3(
    _ hidden: [Int], _ threads: Int, _ change: (inout TD3Configuration) -> Void = { _ in }
  ) throws -> Trainer {
    var configuration = TD3Configuration()
    configuration.common.hidden = hidden
    configuration.common.bufferSize = 200_000
    configuration.common.learningStarts = 1_000
    configuration.common.gamma = 0.98
    change(&configuration)
    return try Trainer(experiment(Pendulum.id, configuration, threads))
  }

  private static func experiment(
    _ environment: String, _ algorithm: any AlgorithmConfiguration, _ threads: Int
  ) -> Experiment {
    var experiment = Experiment("bench", environment: environment, algorithm: algorithm)
    experiment.budget.steps = endless
    experiment.budget.threads = threads
    return experiment
  }
}
