import Foundation
import Kernels
import TestSupport
import Testing

@testable import Reinforcement

/// Two updates in a row of each algorithm, weights in and weights out, against those that PyTorch made of the same
/// numbers (`Scripts/record-pytorch-update`); on every device.
struct PyTorchUpdateTests {
  @Test(
    arguments: [
      "dqn-huber", "dqn-huber-clipped", "dqn-squared", "dqn-squared-tanh", "dqn-huber-tanh", "dqn-double",
    ], NetworkBackends.testDevices)
  func dqn(name: String, device: String) throws {
    let recorded = try RecordedUpdate.named(name)
    var configuration = DQNConfiguration()
    configuration.common = recorded.settings(hidden: [16, 16])
    configuration.isDouble = recorded.double == true
    configuration.loss = try #require(recorded.loss.flatMap(DQNLoss.init))
    configuration.maximumGradientNorm = recorded.maximumGradientNorm ?? 1e9
    var random = RandomStream(seed: 0)
    let backend = try NetworkBackends.make(onDeviceNamed: device)
    let network = try configuration.makeNetwork(
      observationSize: 4, actions: 2, on: backend, using: &random)
    try network.online.load(recorded.before, "network")
    try network.target.load(recorded.before, "target")
    let learner = DQNLearner(
      configuration, network: network, exploration: LinearSchedule(from: 1, to: 1, over: 1))
    for (batch, after) in zip(recorded.batches, recorded.after) {
      let loss = learner.learn(from: try batch.minibatch(gamma: recorded.gamma), step: 0)
      #expect(abs(loss - (after.loss ?? .nan)) < 1e-5)
      try network.online.expect(after.networks, "network")
    }
  }

  @Test(arguments: NetworkBackends.testDevices) func ddpg(device: String) throws {
    let recorded = try RecordedUpdate.named("ddpg")
    var configuration = DDPGConfiguration()
    configuration.common = recorded.settings(hidden: [16, 12])
    configuration.actorCritic.tau = try #require(recorded.tau)
    var random = RandomStream(seed: 0)
    let backend = try NetworkBackends.make(onDeviceNamed: device)
    let networks = try ActorCriticNetworks(
      configuration.actorCritic, configuration.common, critics: 1, observationSize: 3, actionSize: 1,
      on: backend, using: &random)
    let named = [("actor", networks.actor.network), ("critic", networks.critics[0].network)]
    try load(named, from: recorded)
    let learner = ActorCriticLearner(configuration.actorCritic, networks: networks)
    for (batch, after) in zip(recorded.batches, recorded.after) {
      let loss = learner.learn(from: try batch.minibatch(gamma: recorded.gamma), step: 0)
      #expect(abs(loss - (after.criticLoss ?? .nan)) < 1e-5)
      try expect(named, after)
    }
  }

  @Test(arguments: NetworkBackends.testDevices) func td3(device: String) throws {
    let recorded = try RecordedUpdate.named("td3")
    var configuration = TD3Configuration()
    configuration.common = recorded.settings(hidden: [16, 12])
    configuration.actorCritic.tau = try #require(recorded.tau)
    configuration.policyDelay = try #require(recorded.policyDelay)
    var random = RandomStream(seed: 0)
    let backend = try NetworkBackends.make(onDeviceNamed: device)
    let networks = try ActorCriticNetworks(
      configuration.actorCritic, configuration.common, critics: 2, observationSize: 3, actionSize: 1,
      on: backend, using: &random)
    let named = [
      ("actor", networks.actor.network), ("critic_1", networks.critics[0].network),
      ("critic_2", networks.critics[1].network),
    ]
    try load(named, from: recorded)
    let smoothing = TargetSmoothing(configuration, actionSize: 1, random: random)
    let learner = ActorCriticLearner(
      configuration.actorCritic, networks: networks, policyDelay: configuration.policyDelay,
      smoothing: smoothing)
    for (batch, after) in zip(recorded.batches, recorded.after) {
      for (row, values) in try #require(batch.targetNoise).enumerated() {
        smoothing.noise.view[row, 0] = values[0]
      }
      let loss = learner.learn(from: try batch.minibatch(gamma: recorded.gamma))
      #expect(abs(loss - (after.criticLoss ?? .nan)) < 1e-5)
      try expect(named, after)
    }
  }

  private func load(_ named: [(String, TargetedNetwork)], from recorded: RecordedUpdate) throws {
    for (name, network) in named {
      try network.online.load(recorded.before, name)
      try network.target.load(recorded.before, "target_" + name)
    }
  }

  private func expect(_ named: [(String, TargetedNetwork)], _ after: RecordedUpdate.After) throws {
    for (name, network) in named {
      if after.networks[name] != nil { try network.online.expect(after.networks, name) }
      if after.networks["target_" + name] != nil {
        try network.target.expect(after.networks, "target_" + name)
      }
    }
  }
}

extension Network {
  fileprivate func load(_ networks: [String: [RecordedUpdate.Layer]], _ name: String) throws {
    let layers = try #require((host as? MLP)?.layers)
    let recorded = try #require(networks[name])
    #expect(layers.count == recorded.count)
    for (layer, recorded) in zip(layers, recorded) {
      layer.weights = recorded.weight.flatMap { $0 }
      layer.biases = recorded.bias
    }
  }

  fileprivate func expect(_ networks: [String: [RecordedUpdate.Layer]], _ name: String) throws {
    let layers = try #require((host as? MLP)?.layers)
    for (layer, recorded) in zip(layers, try #require(networks[name])) {
      let pairs = zip(layer.weights + layer.biases, recorded.weight.flatMap { $0 } + recorded.bias)
      #expect(
        pairs.allSatisfy { abs($0 - $1) < 1e-5 },
        "\(name) differs by \(pairs.map { abs($0 - $1) }.max() ?? 0)")
    }
  }
}
