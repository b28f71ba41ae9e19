import Dataflow

/// The common settings of algorithms with a replay table, with the names and the meaning of
/// Stable-Baselines3.
public struct OffPolicySettings: Sendable, Hashable {
  public var learningRate = 1e-3
  /// The transitions of an update.
  public var batchSize = 256
  /// The most transitions in the replay table.
  public var bufferSize = 1_000_000
  /// The random steps before the first update.
  public var learningStarts = 100
  /// The discount γ.
  public var gamma = 0.99
  /// The steps between rounds of updates.
  public var trainFrequency = 1
  /// The updates in a round; −1: as many as steps.
  public var gradientSteps = 1
  /// The units in each hidden layer of every network.
  public var hidden = [256, 256]
  public var activation = Activation.relu
  /// The steps that a transition spans.
  public var nStep = 1

  public init() {}

  /// The updates after `trainFrequency` steps.
  public var updatesPerRound: Int { gradientSteps == -1 ? trainFrequency : gradientSteps }

  static let settings: [Setting<OffPolicySettings>] = [
    .positive("learning_rate", \.learningRate, upTo: 10),
    .integer("batch_size", \.batchSize, in: 1...65_536),
    .integer("buffer_size", \.bufferSize, in: 1...1_000_000_000),
    .integer("learning_starts", \.learningStarts, in: 0...1_000_000_000),
    .number("gamma", \.gamma, in: 0...1),
    .integer("train_freq", \.trainFrequency, in: 1...10_000),
    .count("gradient_steps", \.gradientSteps, upTo: 10_000),
    .integers("hidden", \.hidden, count: 1...8, in: 1...8192),
    .choice("activation", \.activation),
    .integer("n_step", \.nStep, in: 1...100),
  ]
}
