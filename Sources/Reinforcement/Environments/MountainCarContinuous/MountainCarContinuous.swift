import Foundation

/// The mountain car with a continuous force, which costs reward.
///
/// Gymnasium's `MountainCarContinuous-v0`, after Moore, *Efficient Memory-Based Learning for Robot Control*,
/// 1990. Observed: position (−1.2 to 0.6) and velocity (at most 0.07 per step). Action: the force, clipped to
/// ±1. Reward: minus a tenth of the square of the unclipped force, and 100 at the end, position 0.45.
///
/// Gymnasium computes an episode's first step in double precision and the others in single. This rounds
/// double-precision results to match.
public struct MountainCarContinuous: Environment {
  public static let id = "MountainCarContinuous-v0"

  private var position = 0.0
  private var velocity = 0.0
  private var isFirstStep = true

  private static let leftEnd = single(-1.2)
  private static let rightEnd = single(0.6)
  private static let goal = single(0.45)
  private static let maximumVelocity = single(0.07)
  private static let power = 0.0015
  private static let gravity = 0.0025

  public init() {}

  public var observationSpace: BoxSpace {
    let velocity = Float(Self.maximumVelocity)
    return BoxSpace(low: [Float(Self.leftEnd), -velocity], high: [Float(Self.rightEnd), velocity])
  }

  public var actionSpace: ActionSpace { .continuous(BoxSpace(size: 1, low: -1, high: 1)) }
  public var maximumEpisodeSteps: Int? { 999 }

  public mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    position = random.uniform(-0.6, -0.4)
    velocity = 0
    isFirstStep = true
    write(to: &observation)
  }

  public mutating func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome {
    let force = action[0]
    velocity = rounded(velocity + rounded(acceleration(force)))
    velocity = min(max(velocity, -Self.maximumVelocity), Self.maximumVelocity)
    position = Self.single(position + velocity)
    position = min(max(position, Self.leftEnd), Self.rightEnd)
    velocity = Self.single(position == Self.leftEnd ? max(velocity, 0) : velocity)
    isFirstStep = false
    write(to: &observation)

    let isTerminated = position >= Self.goal && velocity >= 0
    let cost = 0.1 * (Double(force) * Double(force))
    return StepOutcome(reward: Float((isTerminated ? 100 : 0) - cost), isTerminated: isTerminated)
  }

  /// A clipped force counts in double precision.
  private func acceleration(_ force: Float) -> Double {
    let pull = Self.gravity * cos(rounded(3 * position))
    if force > 1 { return Self.power - pull }
    if force < -1 { return -Self.power - pull }
    return Double(force * Float(Self.power) - Float(pull))
  }

  /// Rounds to the precision of the step.
  private func rounded(_ number: Double) -> Double { isFirstStep ? number : Self.single(number) }

  private static func single(_ number: Double) -> Double { Double(Float(number)) }

  private func write(to observation: inout MutableSpan<Float>) {
    observation[0] = Float(position)
    observation[1] = Float(velocity)
  }
}
