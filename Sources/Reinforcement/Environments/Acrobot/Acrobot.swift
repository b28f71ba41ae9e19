import Basics
import Foundation

/// Two links hanging from a fixed point, driven at the joint between them: swing the free end up.
///
/// Gymnasium's `Acrobot-v1`, after Sutton, *Generalization in Reinforcement Learning: Successful Examples
/// Using Sparse Coarse Coding*, 1996, with the equations of motion of Sutton and Barto's book. Observed:
/// cosine and sine of the first link's angle (0 hangs down), of the second's relative to the first, and both
/// angular velocities (rad/s). Actions: torques of −1, 0 and 1 N m. Reward: −1 for every step but the last.
/// It ends when the free end is more than a link's length above the fixed point.
public struct Acrobot: Environment {
  public static let id = "Acrobot-v1"

  private var state = AcrobotDynamics.State()

  private static let timeStep = 0.2
  private static let maximumVelocity1 = 4 * Double.pi
  private static let maximumVelocity2 = 9 * Double.pi

  public init() {}

  public var observationSpace: BoxSpace {
    let high = [1, 1, 1, 1, Float(Self.maximumVelocity1), Float(Self.maximumVelocity2)]
    return BoxSpace(low: high.map { -$0 }, high: high)
  }

  public var actionSpace: ActionSpace { .discrete(3) }
  public var maximumEpisodeSteps: Int? { 500 }

  public mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    // Gymnasium stores the first state in single precision.
    for part in 0..<4 { state[part] = Double(Float(random.uniform(-0.1, 0.1))) }
    _ = write(to: &observation)
  }

  public mutating func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome {
    let next = AcrobotDynamics.advance(state, torque: Double(action[0]) - 1, by: Self.timeStep)
    state = [
      Self.wrapped(next[0]),
      Self.wrapped(next[1]),
      min(max(next[2], -Self.maximumVelocity1), Self.maximumVelocity1),
      min(max(next[3], -Self.maximumVelocity2), Self.maximumVelocity2),
    ]
    let isTerminated = write(to: &observation) > 1
    return StepOutcome(reward: isTerminated ? 0 : -1, isTerminated: isTerminated)
  }

  /// The same angle in [-π, π].
  private static func wrapped(_ angle: Double) -> Double {
    var angle = angle
    while angle > .pi { angle -= 2 * .pi }
    while angle < -.pi { angle += 2 * .pi }
    return angle
  }

  /// Writes the observation and returns the height of the free end above the fixed point.
  private func write(to observation: inout MutableSpan<Float>) -> Double {
    let (first, second) = (SineCosine(of: state[0]), SineCosine(of: state[1]))
    observation[0] = Float(first.cosine)
    observation[1] = Float(first.sine)
    observation[2] = Float(second.cosine)
    observation[3] = Float(second.sine)
    observation[4] = Float(state[2])
    observation[5] = Float(state[3])
    return -first.cosine - cos(state[1] + state[0])
  }
}
