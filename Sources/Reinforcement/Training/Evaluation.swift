import Kernels

/// A policy's returns without exploration.
public struct Evaluation: Sendable, Hashable {
  /// The undiscounted return of each episode.
  public let returns: [Double]
  /// The steps of each episode.
  public let lengths: [Int]
  /// The seed of the first episode; the others follow it.
  public let seed: UInt64
  /// The episodes that reached the evaluation's limit of steps.
  public let unfinished: Int

  public init(returns: [Double], lengths: [Int] = [], seed: UInt64 = 0, unfinished: Int = 0) {
    self.returns = returns
    self.lengths = lengths
    self.seed = seed
    self.unfinished = unfinished
  }

  /// The mean return.
  public var mean: Double { returns.reduce(0, +) / Double(max(returns.count, 1)) }

  public var meanLength: Double { Double(lengths.reduce(0, +)) / Double(max(lengths.count, 1)) }

  /// The standard deviation of the returns.
  public var standardDeviation: Double {
    let mean = mean
    let squares = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(max(returns.count, 1))).squareRoot()
  }
}

/// Evaluates a policy in its own environments, one for each of the parallel episodes.
final class Evaluator {
  private let environments: VectorEnvironment
  private let policy: any Policy
  private let actions: Matrix
  private let scaled: Matrix

  /// - Parameter policy: copied.
  init(_ environments: VectorEnvironment, _ policy: any Policy) {
    self.environments = environments
    self.policy = policy.copy(maximumBatch: environments.count)
    let size = environments.spaces.action.size
    actions = Matrix(rows: environments.count, columns: size)
    scaled = Matrix(rows: environments.count, columns: size)
  }

  /// Runs one episode in each environment from the seed: the same policy and seed give the same returns.
  ///
  /// - Parameters:
  ///   - limit: steps after which unfinished episodes are left.
  ///   - shouldStop: called at every step.
  /// - Returns: `nil` if it was stopped.
  /// - Returns: `nil` if it was stopped.
  func evaluate(
    _ policy: any Policy, seed: UInt64, limit: Int, shouldStop: () -> Bool = { false }
  ) -> Evaluation? {
    self.policy.update(from: policy)
    environments.reset(seed: seed)
    var returns = Array(repeating: 0.0, count: environments.count)
    var lengths = Array(repeating: 0, count: environments.count)
    var running = Set(0..<environments.count)
    var steps = 0
    while !running.isEmpty, steps < limit {
      if shouldStop() { return nil }
      steps += 1
      self.policy.act(environments.observations.view, into: actions.view)
      environments.spaces.action.scale(actions.view, into: scaled.view)
      environments.step(scaled.view)
      for index in running {
        returns[index] += Double(environments.rewards[index])
        lengths[index] = steps
        if environments.terminated[index] || environments.truncated[index] { running.remove(index) }
      }
    }
    return Evaluation(returns: returns, lengths: lengths, seed: seed, unfinished: running.count)
  }
}
