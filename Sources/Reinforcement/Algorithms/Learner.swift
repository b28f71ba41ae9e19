import Kernels

/// The learning part of an algorithm: networks, optimisers and the loss.
///
/// Used by one thread at a time; allocates nothing after `init`.
public protocol Learner: Checkpointable {
  /// The policy without exploration.
  var policy: any Policy { get }
  /// The policy with exploration, for training.
  var behaviour: any Behaviour { get }
  /// The parameters of every learned network.
  var parameters: [ParameterVector] { get }
  /// Updates so far.
  var updates: Int { get }
  /// Whether there is an actor, so that the loss is a critic's.
  var hasActor: Bool { get }
  /// The actor's loss in the latest update; `nil` without an actor, or if that update didn't concern it.
  var actorLoss: Float? { get }

  /// Runs one update.
  ///
  /// - Parameters:
  ///   - minibatch: at least one transition.
  ///   - step: environment steps taken so far, for schedules.
  /// - Returns: the loss, which isn't finite if learning has failed.
  func learn(from minibatch: Minibatch, step: Int) -> Float

  /// Keeps the learned state, and counts updates and steps from 0 again.
  func restartCounting()
}

extension Learner {
  public var hasActor: Bool { false }
  public var actorLoss: Float? { nil }
  public func restartCounting() {}
}

/// A deterministic choice of actions.
public protocol Policy: AnyObject {
  /// - Parameters:
  ///   - observations: `[n, observation size]`.
  ///   - actions: receives `[n, action size]`: a discrete action's number, or a continuous action scaled so
  ///     that −1 and 1 are the bounds of its space.
  func act(_ observations: MatrixView, into actions: MatrixView)

  /// A copy for up to `maximumBatch` observations at once, for an actor or for evaluation.
  func copy(maximumBatch: Int) -> any Policy
  /// The network behind the choice.
  var network: any Network { get }
}

extension Policy {
  /// Takes over the parameters of the original of this copy.
  func update(from original: any Policy) {
    network.parameters.copyValues(from: original.network.parameters)
  }
}

/// A choice of actions with exploration, for training.
public protocol Behaviour: Checkpointable {
  /// - Parameters:
  ///   - step: environment steps taken so far.
  ///   - actions: as `Policy.act` writes them.
  func act(
    _ observations: MatrixView, step: Int, into actions: MatrixView, using random: inout RandomStream)
  /// Called when an episode of environment `index` is over.
  func episodeEnded(_ index: Int)
  /// The chance of a random action, if it explores so; for logs.
  func explorationRate(at step: Int) -> Double?
}

extension Behaviour {
  public func episodeEnded(_ index: Int) {}
  public func explorationRate(at step: Int) -> Double? { nil }
}
