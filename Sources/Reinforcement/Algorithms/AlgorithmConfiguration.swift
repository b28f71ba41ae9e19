import Dataflow

/// An algorithm's settings, from a file, and the maker of its learner.
public protocol AlgorithmConfiguration: Sendable {
  /// The algorithm's name in files, such as `dqn`.
  static var algorithm: String { get }
  /// Every setting outside `common`.
  static var settings: [Setting<Self>] { get }

  /// The algorithm's published defaults.
  init()

  /// The settings of every algorithm with a replay table.
  var common: OffPolicySettings { get set }

  /// - Parameter backend: takes over the networks.
  /// - Throws: `TrainingError` if the algorithm can't learn in these spaces, `DeviceError`.
  func makeLearner(
    for spaces: Spaces, steps: Int, on backend: any NetworkBackend, using random: inout RandomStream
  ) throws -> any Learner

  /// The layer sizes of each learned network, the input first; unknown ones are left out.
  func networkSizes(for spaces: Spaces) -> [[Int]]

  /// The work of an update, for estimates on other devices.
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
