/// A pendulum driven by a motor too weak to lift it at once: swing it up and keep it there.
///
/// Gymnasium's `Pendulum-v1`. Observed: cosine and sine of the angle (0 is upright), angular velocity (rad/s,
/// at most 8). Action: the torque (N m, clipped to ±2). Reward: minus the squares of the angle, 0.1 of the
/// velocity's and 0.001 of the torque's. It never terminates.
public struct Pendulum: Environment {
  public static let id = "Pendulum-v1"

  /// Not wrapped: it grows with every turn.
  private var angle = 0.0
  private var velocity = 0.0
  private var trigonometry = SineCosine()

  private static let maximumVelocity = 8.0
  private static let maximumTorque: Float = 2
  private static let timeStep = 0.05
  /// 3 g / 2 l for a rod of 1 m and 1 kg at g = 10 m/s².
  private static let gravityFactor = 15.0
  /// 3 / m l².
  private static let torqueFactor: Float = 3

  public init() {}

  public var observationSpace: BoxSpace {
    let high = [1, 1, Float(Self.maximumVelocity)]
    return BoxSpace(low: high.map { -$0 }, high: high)
  }

  public var actionSpace: ActionSpace {
    .continuous(BoxSpace(size: 1, low: -Self.maximumTorque, high: Self.maximumTorque))
  }

  public var maximumEpisodeSteps: Int? { 200 }

  public mutating func reset(using random: inout RandomStream, observation: inout MutableSpan<Float>) {
    angle = random.uniform(-.pi, .pi)
    velocity = random.uniform(-1, 1)
    trigonometry.update(angle)
    write(to: &observation)
  }

  public mutating func step(
    _ action: Span<Float>, using random: inout RandomStream, observation: inout MutableSpan<Float>
  ) -> StepOutcome {
    let torque = min(max(action[0], -Self.maximumTorque), Self.maximumTorque)
    let deviation = Self.wrapped(angle)
    let cost = deviation * deviation + 0.1 * (velocity * velocity) + Double(0.001 * (torque * torque))

    let acceleration = Self.gravityFactor * trigonometry.sine + Double(Self.torqueFactor * torque)
    velocity += acceleration * Self.timeStep
    velocity = min(max(velocity, -Self.maximumVelocity), Self.maximumVelocity)
    angle += velocity * Self.timeStep
    trigonometry.update(angle)
    write(to: &observation)
    return StepOutcome(reward: Float(-cost))
  }

  /// The same angle in [-π, π).
  private static func wrapped(_ angle: Double) -> Double {
    let turn = 2 * Double.pi
    let shifted = angle + .pi
    if shifted >= 0 && shifted < turn { return shifted - .pi }
    let remainder = shifted.truncatingRemainder(dividingBy: turn)
    return (remainder < 0 ? remainder + turn : remainder) - .pi
  }

  private func write(to observation: inout MutableSpan<Float>) {
    observation[0] = Float(trigonometry.cosine)
    observation[1] = Float(trigonometry.sine)
    observation[2] = Float(velocity)
  }
}
