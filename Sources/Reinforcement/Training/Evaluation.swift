import Kernels

/// What a policy earns when it acts without exploration.
public struct Evaluation: Sendable, Hashable {
  /// The sum of rewards of each episode.
  public let returns: [Double]
  /// Steps of each episode.
  public let lengths: [Int]
  /// The seed of the first episode; the others follow it.
  public let seed: UInt64
  /// Episodes that had not ended after as many steps as an evaluation waits for.
  public let unfinished: Int

  public init(returns: [Double], lengths: [Int] = [], seed: UInt64 = 0, unfinished: Int = 0) {
    self.returns = returns
    self.lengths = lengths
    self.seed = seed
    self.unfinished = unfinished
  }

  public var mean: Double { returns.reduce(0, +) / Double(max(returns.count, 1)) }

  /// Steps of an episode.
  public var meanLength: Double { Double(lengths.reduce(0, +)) / Double(max(lengths.count, 1)) }

  /// The standard deviation over the episodes.
  public var standardDeviation: Double {
    let mean = mean
    let squares = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(max(returns.count, 1))).squareRoot()
  }
}

/// Evaluates a policy in environments of its own, one for each episode, side by side.
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

  /// Runs one episode in each environment, begun from the seed: the same policy and seed earn the same.
  ///
  /// - Parameters:
  ///   - limit: steps after which episodes that go on are left as they are.
  ///   - shouldStop: asked at every step.
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
