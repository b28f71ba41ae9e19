import Dataflow

/// The settings of deep Q-learning (Mnih et al. 2015), with Stable-Baselines3's defaults.
public struct DQNConfiguration: AlgorithmConfiguration {
  public static let algorithm = "dqn"

  public var common = OffPolicySettings()
  /// The steps between updates of the target network.
  public var targetUpdateInterval = 10_000
  /// The target network's move towards the network; 1: a copy.
  public var tau = 1.0
  /// The part of the experiment's steps over which the chance of a random action falls.
  public var explorationFraction = 0.1
  public var explorationInitial = 1.0
  public var explorationFinal = 0.05
  public var maximumGradientNorm = 10.0
  public var loss = DQNLoss.huber
  /// Whether the online network chooses the action that the target network values (van Hasselt et al. 2016).
  public var isDouble = false
  /// Whether a state's value and the actions' advantages have separate streams (Wang et al. 2016).
  public var isDueling = false
  /// A custom network; `nil`: one of `common.hidden` layers.
  public var architecture: (any NetworkArchitecture)?

  public init() {
    common.learningRate = 1e-4
    common.batchSize = 32
    common.trainFrequency = 4
    common.hidden = [64, 64]
  }

  public static let settings: [Setting<DQNConfiguration>] = [
    .integer("target_update_interval", \.targetUpdateInterval, in: 1...1_000_000_000),
    .positive("tau", \.tau, upTo: 1),
    .number("exploration_fraction", \.explorationFraction, in: 0...1),
    .number("exploration_initial_eps", \.explorationInitial, in: 0...1),
    .number("exploration_final_eps", \.explorationFinal, in: 0...1),
    .positive("max_grad_norm", \.maximumGradientNorm, upTo: 1e9),
    .choice("loss", \.loss),
    .boolean("double", \.isDouble),
    .boolean("dueling", \.isDueling),
  ]

  public func makeLearner(
    for spaces: Spaces, steps: Int, on backend: any NetworkBackend, using random: inout RandomStream
  ) throws -> any Learner {
    guard case .discrete(let actions) = spaces.action else {
      throw TrainingError.needsDiscreteActions(algorithm: Self.algorithm)
    }
    return DQNLearner(
      self,
      network: try makeNetwork(
        observationSize: spaces.observation.size, actions: actions, on: backend, using: &random),
      exploration: LinearSchedule(
        from: explorationInitial, to: explorationFinal, over: explorationFraction * Double(steps)))
  }

  /// The network of deep Q-learning: observation → a value for each action.
  func makeNetwork(
    observationSize: Int, actions: Int, on backend: any NetworkBackend, using random: inout RandomStream
  ) throws -> TargetedNetwork {
    try common.makeNetwork(
      architecture, isDueling: isDueling, inputSize: observationSize, outputSize: actions,
      maximumGradientNorm: maximumGradientNorm, on: backend, using: &random)
  }

  public func networkSizes(for spaces: Spaces) -> [[Int]] { architecture == nil ? [policySizes(spaces)] : [] }

  public func updateWork(for spaces: Spaces) -> UpdateWork {
    var work = UpdateWork(batch: common.batchSize)
    let sizes = policySizes(spaces)
    for _ in 0..<(isDouble ? 3 : 2) { work.forward(sizes) }
    work.loss(sizes[sizes.count - 1])
    work.backward(sizes)
    work.optimise(sizes)
    return work
  }
}
