import Foundation

/// The mountain car with an engine that takes any force between its limits, and pays for it.
///
/// Gymnasium's `MountainCarContinuous-v0`, after Moore, *Efficient Memory-Based Learning for Robot Control*, 1990.
/// Observed: position (−1.2 to 0.6) and velocity (at most 0.07 per step). Action: the force, clipped to ±1. Reward:
/// minus a tenth of the square of the force that was asked for, and 100 at the end, position 0.45.
public struct MountainCarContinuous: Environment {
  public static let id = "MountainCarContinuous-v0"

  // In single precision, as Gymnasium keeps them.
  private var position: Float = 0
  private var velocity: Float = 0

  private static let leftEnd: Float = -1.2
  private static let rightEnd: Float = 0.6
  private static let goal: Float = 0.45
  private static let maximumVelocity: Float = 0.07
  private static let power: Float = 0.0015
  private static let gravity = 0.0025

  public init() {}

  public var observationSpace: BoxSpace {
    BoxSpace(
      low: [Self.leftEnd, -Self.maximumVelocity], high: [Self.rightEnd, Self.maximumVelocity])
  }

  public var actionSpace: ActionSpace { .continuous(BoxSpace(size: 1, low: -1, high: 1)) }
  public var maximumEpisodeSteps: Int? { 999 }

  public mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    position = Float(random.uniform(-0.6, -0.4))
    velocity = 0
    write(to: &observation)
  }

  public mutating func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome {
    let force = min(max(action[0], -1), 1)
    velocity += force * Self.power - Float(Self.gravity * cos(Double(3 * position)))
    velocity = min(max(velocity, -Self.maximumVelocity), Self.maximumVelocity)
    position = min(max(position + velocity, Self.leftEnd), Self.rightEnd)
    if position == Self.leftEnd { velocity = max(velocity, 0) }
    write(to: &observation)

    let isTerminated = position >= Self.goal && velocity >= 0
    let asked = Double(action[0])
    let reward = (isTerminated ? 100 : 0) - asked * asked * 0.1
    return StepOutcome(reward: Float(reward), isTerminated: isTerminated)
  }

  private func write(to observation: inout MutableSpan<Float>) {
    observation[0] = position
    observation[1] = velocity
  }
}
