import Kernels

/// The part of an algorithm that learns: networks, optimisers and the loss.
///
/// Used by one thread at a time; allocates nothing once it is made.
public protocol Learner: Checkpointable {
  /// How the agent acts when it shows what it has learned.
  var policy: any Policy { get }
  /// How it acts while it learns.
  var behaviour: any Behaviour { get }
  /// The parameters of every network that is learned.
  var parameters: [ParameterVector] { get }
  /// Updates so far.
  var updates: Int { get }
  /// Whether the loss is a critic's, beside an actor.
  var hasActor: Bool { get }
  /// The actor's loss in the latest update; `nil` if there is no actor, or that update didn't concern it.
  var actorLoss: Float? { get }

  /// One update.
  ///
  /// - Parameters:
  ///   - minibatch: at least one transition.
  ///   - step: environment steps taken so far, for what is counted in them.
  /// - Returns: the loss, which is no finite number when learning has failed.
  func learn(from minibatch: Minibatch, step: Int) -> Float

  /// Keeps what is learned, and counts updates and steps from 0 again.
  func restartCounting()
}

extension Learner {
  public var hasActor: Bool { false }
  public var actorLoss: Float? { nil }
  public func restartCounting() {}
}

/// Chooses actions without chance.
public protocol Policy: AnyObject {
  /// - Parameters:
  ///   - observations: `[n, observation size]`.
  ///   - actions: receives `[n, action size]`: the number of a discrete action; a continuous one scaled so that
  ///     −1 and 1 are the bounds of its space.
  func act(_ observations: MatrixView, into actions: MatrixView)

  /// A copy of the policy that chooses for up to `maximumBatch` observations at once, for an actor of its own or
  /// for evaluation.
  func copy(maximumBatch: Int) -> any Policy
  /// What it chooses by.
  var network: any Network { get }
}

extension Policy {
  /// Takes over the parameters of the policy that this is a copy of.
  func update(from original: any Policy) {
    network.parameters.copyValues(from: original.network.parameters)
  }
}

/// Chooses actions while learning, with some exploration.
public protocol Behaviour: Checkpointable {
  /// - Parameters:
  ///   - step: environment steps taken so far.
  ///   - actions: as `Policy.act` writes them.
  func act(
    _ observations: MatrixView, step: Int, into actions: MatrixView, using random: inout RandomStream)
  /// An episode of environment `index` is over.
  func episodeEnded(_ index: Int)
  /// The chance of a random action, if that is how it explores; for logs.
  func explorationRate(at step: Int) -> Double?
}

extension Behaviour {
  public func episodeEnded(_ index: Int) {}
  public func explorationRate(at step: Int) -> Double? { nil }
}
