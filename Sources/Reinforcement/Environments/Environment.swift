/// A world that an agent acts in, with Gymnasium's semantics.
///
/// An environment is a value: its stored properties are its whole state, which a checkpoint keeps by `Codable`.
/// Whatever is random comes from the stream it is given, so the same seed gives the same episode. Ending an
/// episode after too many steps is not its business: `maximumEpisodeSteps` says when, and who steps it truncates.
///
/// A type of your own needs nothing more than this protocol's requirements; observations are written in place.
public protocol Environment: Codable, Sendable {
  /// Its name, such as `CartPole-v1`.
  static var id: String { get }

  var observationSpace: BoxSpace { get }
  var actionSpace: ActionSpace { get }
  /// Steps after which an episode is truncated; `nil` if it never is.
  var maximumEpisodeSteps: Int? { get }

  /// Begins an episode and writes its first observation.
  mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>)

  /// Takes an action and writes what is seen then.
  ///
  /// - Parameter action: as many numbers as `actionSpace.size`; `action.discrete` is a discrete action.
  mutating func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome
}

/// What a step gave besides an observation.
public struct StepOutcome: Sendable, Hashable {
  public var reward: Float
  /// The episode is over by the environment's own rules: nothing follows, so nothing is bootstrapped.
  /// Truncation, where something would have followed, is not this.
  public var isTerminated: Bool

  @inlinable
  public init(reward: Float, isTerminated: Bool = false) {
    self.reward = reward
    self.isTerminated = isTerminated
  }
}

extension Span where Element == Float {
  /// The action, where actions are numbered from 0.
  @inlinable public var discrete: Int { Int(self[0]) }
}
