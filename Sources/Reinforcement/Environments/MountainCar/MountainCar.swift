import Foundation

/// A car in a valley, too weak to drive straight up: swing to the flag on the right.
///
/// Gymnasium's `MountainCar-v0`, after Moore, *Efficient Memory-Based Learning for Robot Control*, 1990.
/// Observed: position (−1.2 to 0.6) and velocity (at most 0.07 per step). Actions: 0 pushes left, 1 not, 2
/// right. Reward: −1 for every step. It ends at position 0.5.
public struct MountainCar: Environment {
  public static let id = "MountainCar-v0"

  private var position = 0.0
  private var velocity = 0.0

  private static let leftEnd = -1.2
  private static let rightEnd = 0.6
  private static let goal = 0.5
  private static let maximumVelocity = 0.07
  private static let force = 0.001
  private static let gravity = 0.0025

  public init() {}

  public var observationSpace: BoxSpace {
    let velocity = Float(Self.maximumVelocity)
    return BoxSpace(low: [Float(Self.leftEnd), -velocity], high: [Float(Self.rightEnd), velocity])
  }

  public var actionSpace: ActionSpace { .discrete(3) }
  public var maximumEpisodeSteps: Int? { 200 }

  public mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    position = random.uniform(-0.6, -0.4)
    velocity = 0
    write(to: &observation)
  }

  public mutating func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome {
    velocity += (Double(action[0]) - 1) * Self.force - Self.gravity * cos(3 * position)
    velocity = min(max(velocity, -Self.maximumVelocity), Self.maximumVelocity)
    position = min(max(position + velocity, Self.leftEnd), Self.rightEnd)
    if position == Self.leftEnd { velocity = max(velocity, 0) }
    write(to: &observation)
    return StepOutcome(reward: -1, isTerminated: position >= Self.goal && velocity >= 0)
  }

  private func write(to observation: inout MutableSpan<Float>) {
    observation[0] = Float(position)
    observation[1] = Float(velocity)
  }
}
