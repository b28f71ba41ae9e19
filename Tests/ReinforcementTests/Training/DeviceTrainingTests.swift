import Dataflow
import Foundation
import Kernels
import OpenCL
import OpenCLReinforcement
import TestSupport
import Testing

@testable import Reinforcement

/// Trainings whose learner is on an OpenCL device.
@Suite struct DeviceTrainingTests {
  private let device: OpenCLDevice

  init() throws {
    OpenCLDevice.registerNetworks()
    device = try .forTests()
  }

  private func experiment(_ yaml: String) throws -> Experiment {
    try Experiment(
      yaml: yaml + "\nhidden: [24, 20]\nbatch_size: 16\nlearning_starts: 50\nsteps: 400\nbuffer_size: 400",
      file: "device.yaml")
  }

  private func makeTrainer(_ experiment: Experiment) throws -> Trainer {
    try Trainer(experiment, plan: TrainingGraph.plan(threads: 1, learnerOn: device.name))
  }

  @Test(arguments: [
    "algorithm: dqn\nenvironment: CartPole-v1\ntrain_freq: 4", "algorithm: ddpg\nenvironment: Pendulum-v1",
    "algorithm: td3\nenvironment: Pendulum-v1\ntrain_freq: 2",
  ])
  func trainsSavesAndGoesOnElsewhere(yaml: String) throws {
    let experiment = try experiment(yaml)
    let trainer = try makeTrainer(experiment)
    try trainer.train(until: 200)
    #expect(trainer.updates > 30)
    let stages = trainer.occupancy.stages
    #expect(stages.first { $0.name == "learn" }.map { $0.transfer > 0 && $0.compute > 0 } == true)
    #expect(stages.first { $0.name == "sample" }?.transfer == 0)

    let folder = try TemporaryFolder()
    let path = folder.path + "/checkpoint"
    try trainer.save(to: path)
    let elsewhere = try Trainer(experiment)
    try elsewhere.restore(from: CheckpointReader(path: path))
    let again = try makeTrainer(experiment)
    try again.restore(from: CheckpointReader(path: path))
    #expect(again.evaluate() == elsewhere.evaluate() && again.evaluate() == trainer.evaluate())
    for each in [trainer, elsewhere, again] { try each.train(until: 210) }
    #expect(weights(trainer) == weights(again))
    let pairs = zip(weights(trainer), weights(elsewhere))
    #expect(pairs.allSatisfy { abs($0 - $1) < 1e-4 })
    // The policy comes from the file whatever trained it.
    #expect(try TrainedPolicy(contentsOf: path).evaluate(episodes: 2).returns.count == 2)
  }

  private func weights(_ trainer: Trainer) -> [Float] {
    let parameters = trainer.policy.network.parameters
    parameters.fetch()
    return Array(UnsafeBufferPointer(start: parameters.values, count: parameters.count))
  }

  /// A device that is lost in the middle: the stage and the device are named, and nothing is trained on nonsense.
  @Test func aLostDevice() throws {
    let trainer = try makeTrainer(experiment("algorithm: dqn\nenvironment: CartPole-v1"))
    try trainer.train(until: 100)
    let backend = try #require(trainer.parts.backend as? OpenCLBackend)
    backend.attempt { () throws(DeviceError) in
      throw DeviceError(
        device: device.name, action: "run kernel 'adam'", reason: .lost, detail: "CL_DEVICE_NOT_AVAILABLE")
    }
    let error = try #require(throws: DeviceError.self) { try trainer.train(until: 200) }
    #expect(
      "\(error)"
        == "stage 'learn' on opencl:0 can't run kernel 'adam': CL_DEVICE_NOT_AVAILABLE; the device is lost: start "
        + "again, or place its stages on another one")
    let folder = try TemporaryFolder()
    #expect(throws: DeviceError.self) { try trainer.save(to: folder.path + "/checkpoint") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  /// What plans see: the stage has an implementation for each kind of device, which runs where the networks are.
  @Test func theStage() throws {
    let experiment = try experiment("algorithm: dqn\nenvironment: CartPole-v1")
    func implementation(of trainer: Trainer) throws -> Implementation {
      let graph = try TrainingGraph.make("training", trainer.parts)
      let stage = try #require(graph.stages.first { $0.name == "learn" })
      #expect(stage.implementations.map(\.name) == ["cpu", "cpu-2-threads", "opencl"])
      return stage.implementations[2]
    }
    _ = try implementation(of: makeTrainer(experiment)).makeInstance(device)
    let error = try #require(throws: DeviceError.self) {
      _ = try implementation(of: Trainer(experiment)).makeInstance(device)
    }
    #expect("\(error)" == "opencl:0 can't learn: the networks are on cpu")
    let unknown = TrainingGraph.plan(threads: 1, learnerOn: "gpu")
    #expect(throws: PlanError.self) { try Trainer(experiment, plan: unknown) }
  }

  @Test func networksThatSayNothingOfDevices() throws {
    var configuration = DQNConfiguration()
    configuration.architecture = OwnArchitecture()
    let error = try #require(throws: DeviceError.self) {
      try Trainer(CartPole(), configuration, learnerDevice: device.name)
    }
    #expect("\(error)" == "opencl:0 can't compute a OwnNetwork: the type is not OpenCLPlaceable")
  }
}

private struct OwnArchitecture: NetworkArchitecture {
  func makeNetwork(
    inputSize: Int, outputSize: Int, outputActivation: Activation, maximumBatch: Int,
    using random: inout RandomStream
  ) -> any Network {
    OwnNetwork(inputSize: inputSize, outputSize: outputSize, maximumBatch: maximumBatch)
  }
}

/// Gives zeros.
private final class OwnNetwork: Network {
  let inputSize, outputSize, maximumBatch: Int
  let parameters = ParameterVector(count: 1)

  init(inputSize: Int, outputSize: Int, maximumBatch: Int) {
    self.inputSize = inputSize
    self.outputSize = outputSize
    self.maximumBatch = maximumBatch
  }

  func forward(_ input: MatrixView) -> MatrixView {
    Matrix(rows: input.rows, columns: outputSize).view
  }

  func backward(_ outputGradient: MatrixView, setsGradients: Bool, inputGradient: MatrixView?) {}

  func copy(maximumBatch: Int) -> any Network {
    OwnNetwork(inputSize: inputSize, outputSize: outputSize, maximumBatch: maximumBatch)
  }
}
