import Dataflow

/// The settings that algorithms with a replay table share, by the names and with the meaning that they have in
/// Stable-Baselines3.
public struct OffPolicySettings: Sendable, Hashable {
  public var learningRate = 1e-3
  /// Transitions that an update learns from.
  public var batchSize = 256
  /// Transitions that the replay table keeps.
  public var bufferSize = 1_000_000
  /// Steps before the first update, taken at random.
  public var learningStarts = 100
  /// The discount γ.
  public var gamma = 0.99
  /// Steps from one round of updates to the next.
  public var trainFrequency = 1
  /// Updates in a round; −1: as many as steps.
  public var gradientSteps = 1
  /// Units in each hidden layer of every network.
  public var hidden = [256, 256]
  public var activation = Activation.relu
  /// Steps that a transition spans.
  public var nStep = 1

  public init() {}

  /// Updates that follow `trainFrequency` steps.
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
