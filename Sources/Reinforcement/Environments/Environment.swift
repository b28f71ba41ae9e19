/// A world for an agent, with Gymnasium's semantics.
///
/// An environment is a value: its stored properties are its whole state, which a checkpoint keeps by
/// `Codable`. All randomness comes from the stream passed in, so the same seed gives the same episode. The
/// caller truncates episodes after `maximumEpisodeSteps`.
///
/// A custom type needs only this protocol's requirements; observations are written in place.
public protocol Environment: Codable, Sendable {
  /// Its name, such as `CartPole-v1`.
  static var id: String { get }

  var observationSpace: BoxSpace { get }
  var actionSpace: ActionSpace { get }
  /// Steps after which an episode is truncated; `nil`: never.
  var maximumEpisodeSteps: Int? { get }

  /// Begins an episode and writes its first observation.
  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>)

  /// Takes an action and writes the next observation.
  ///
  /// - Parameter action: `actionSpace.size` numbers; `action.discrete` is a discrete action.
  mutating func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome
}

/// The outcome of a step, besides the observation.
public struct StepOutcome: Sendable, Hashable {
  public var reward: Float
  /// Whether the episode has ended by the environment's own rules, so that nothing is bootstrapped.
  /// Truncation is separate.
  public var isTerminated: Bool

  @inlinable
  public init(reward: Float, isTerminated: Bool = false) {
    self.reward = reward
    self.isTerminated = isTerminated
  }
}

extension Span where Element == Float {
  /// A discrete action's number, from 0.
  @inlinable public var discrete: Int { Int(self[0]) }
}
