import Dataflow

/// An algorithm by its settings: what a file says of it, and how its learner is made.
public protocol AlgorithmConfiguration: Sendable {
  /// What files call the algorithm, such as `dqn`.
  static var algorithm: String { get }
  /// Every setting but those in `common`.
  static var settings: [Setting<Self>] { get }

  /// The algorithm's published defaults.
  init()

  /// What every algorithm that learns from a replay table has.
  var common: OffPolicySettings { get set }

  /// - Parameter backend: what the networks are handed to.
  /// - Throws: `TrainingError` if the algorithm can't learn in these spaces, `DeviceError`.
  func makeLearner(
    for spaces: Spaces, steps: Int, on backend: any NetworkBackend, using random: inout RandomStream
  ) throws -> any Learner

  /// Sizes of the layers of each network that is learned, the input first; what isn't known is left out.
  func networkSizes(for spaces: Spaces) -> [[Int]]

  /// What an update does, where another device than the host's would do it.
  func updateWork(for spaces: Spaces) -> UpdateWork
}

extension AlgorithmConfiguration {
  public func networkSizes(for spaces: Spaces) -> [[Int]] { [] }
}

/// The algorithms that an experiment may name.
public enum Algorithms {
  public static let all: [any AlgorithmConfiguration.Type] = [
    DQNConfiguration.self, DDPGConfiguration.self, TD3Configuration.self,
  ]
}
