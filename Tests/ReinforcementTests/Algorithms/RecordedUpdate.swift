import Foundation
import Kernels
import OpenCL
import Planning
import TestSupport
import Testing

@testable import Reinforcement

/// A case of `Recorded/pytorch-updates.json`.
struct RecordedUpdate: Decodable {
  struct Layer: Decodable {
    let weight: [[Float]]
    let bias: [Float]
  }

  struct Batch: Decodable {
    let observations, nextObservations: [[Float]]
    let actions: [Action]
    let rewards, terminated: [Float]
    let targetNoise: [[Float]]?

    func minibatch(gamma: Double) throws -> Minibatch {
      let minibatch = Minibatch(
        capacity: rewards.count, observationSize: observations[0].count, actionSize: actions[0].values.count)
      minibatch.count = rewards.count
      for row in rewards.indices {
        for (column, value) in observations[row].enumerated() {
          minibatch.observations.view[row, column] = value
        }
        for (column, value) in nextObservations[row].enumerated() {
          minibatch.nextObservations.view[row, column] = value
        }
        for (column, value) in actions[row].values.enumerated() {
          minibatch.actions.view[row, column] = value
        }
        minibatch.rewards[row] = rewards[row]
        minibatch.discounts[row] = Float(gamma) * (1 - terminated[row])
      }
      return minibatch
    }
  }

  /// A number for discrete actions, a list for others.
  struct Action: Decodable {
    let values: [Float]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Float.self) {
        values = [number]
      } else {
        values = try container.decode([Float].self)
      }
    }
  }

  struct After: Decodable {
    let loss, criticLoss: Float?
    let networks: [String: [Layer]]
  }

  let name: String
  let activation: Activation?
  let loss: String?
  let double: Bool?
  let maximumGradientNorm, tau: Double?
  let gamma, learningRate: Double
  let policyDelay: Int?
  let before: [String: [Layer]]
  let batches: [Batch]
  let after: [After]

  func settings(hidden: [Int]) -> OffPolicySettings {
    var settings = OffPolicySettings()
    settings.learningRate = learningRate
    settings.batchSize = batches[0].rewards.count
    settings.gamma = gamma
    settings.hidden = hidden
    settings.activation = activation ?? .relu
    return settings
  }

  static func named(_ name: String) throws -> RecordedUpdate {
    struct File: Decodable { let cases: [RecordedUpdate] }
    let path = try Repository.path("Tests/ReinforcementTests/Recorded/pytorch-updates.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let file = try decoder.decode(File.self, from: Data(contentsOf: URL(filePath: path)))
    return try #require(file.cases.first { $0.name == name })
  }
}
