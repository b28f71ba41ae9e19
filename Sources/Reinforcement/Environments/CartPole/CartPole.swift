/// A pole hinged on a cart that is pushed left or right: keep it upright.
///
/// Gymnasium's `CartPole-v1`, after Barto, Sutton and Anderson, *Neuronlike Adaptive Elements That Can Solve
/// Difficult Learning Control Problems*, 1983. Observed: position (m), velocity (m/s), angle (rad, 0 is
/// upright), angular velocity (rad/s). Actions: 0 pushes left, 1 right. Reward: 1 for every step. It ends
/// when the cart is more than 2.4 m from the middle or the pole more than 12° from upright.
public struct CartPole: Environment {
  public static let id = "CartPole-v1"

  private var position = 0.0
  private var velocity = 0.0
  private var angle = 0.0
  /// Of the angle. It separates the angle from its velocity, so that no vector instruction computes both:
  /// each would wait for the other's inputs.
  private var trigonometry = SineCosine()
  private var angularVelocity = 0.0

  private static let gravity = 9.8
  private static let poleMass = 0.1
  private static let mass = 0.1 + 1.0
  /// Half the pole's length, the distance of its centre of mass.
  private static let length = 0.5
  private static let force = 10.0
  private static let timeStep = 0.02
  private static let positionLimit = 2.4
  private static let angleLimit = 12 * 2 * Double.pi / 360

  public init() {}

  public var observationSpace: BoxSpace {
    let high = [Float(2 * Self.positionLimit), .infinity, Float(2 * Self.angleLimit), .infinity]
    return BoxSpace(low: high.map { -$0 }, high: high)
  }

  public var actionSpace: ActionSpace { .discrete(2) }
  public var maximumEpisodeSteps: Int? { 500 }

  public mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    position = random.uniform(-0.05, 0.05)
    velocity = random.uniform(-0.05, 0.05)
    angle = random.uniform(-0.05, 0.05)
    angularVelocity = random.uniform(-0.05, 0.05)
    trigonometry.update(angle)
    write(to: &observation)
  }

  @inline(__always)
  public mutating func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome {
    let push = action.discrete == 1 ? Self.force : -Self.force
    let moment = Self.poleMass * Self.length
    let (sine, cosine) = (trigonometry.sine, trigonometry.cosine)

    // The cart's acceleration without the pole's reaction.
    let drive = (push + moment * (angularVelocity * angularVelocity) * sine) / Self.mass
    let angularAcceleration =
      (Self.gravity * sine - cosine * drive)
      / (Self.length * (4.0 / 3.0 - Self.poleMass * (cosine * cosine) / Self.mass))
    let acceleration = drive - moment * angularAcceleration * cosine / Self.mass

    // Euler's method. The new angle doesn't depend on the accelerations, so the processor computes its sine
    // while it still divides for them.
    position += Self.timeStep * velocity
    velocity += Self.timeStep * acceleration
    angle += Self.timeStep * angularVelocity
    angularVelocity += Self.timeStep * angularAcceleration
    write(to: &observation)
    trigonometry.update(angle)
    return StepOutcome(
      reward: 1, isTerminated: abs(position) > Self.positionLimit || abs(angle) > Self.angleLimit)
  }

  @inline(__always)
  private func write(to observation: inout MutableSpan<Float>) {
    observation[0] = Float(position)
    observation[1] = Float(velocity)
    observation[2] = Float(angle)
    observation[3] = Float(angularVelocity)
  }
}
