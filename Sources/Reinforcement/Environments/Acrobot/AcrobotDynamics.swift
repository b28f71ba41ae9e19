import Basics
import CKernels
import Foundation

/// The motion of an acrobot with two links of 1 m and 1 kg, their centres of mass in the middle, their
/// moments of inertia 1 kg m².
enum AcrobotDynamics {
  /// The first link's angle (0 hangs down), the second's relative to it, and their velocities; rad, rad/s.
  typealias State = SIMD4<Double>

  private static let gravity = 9.8
  private static let length = 1.0
  private static let centre = 0.5
  private static let inertia = 1.0

  /// The state after `time` seconds, by one step of the classical Runge-Kutta method.
  static func advance(_ state: State, torque: Double, by time: Double) -> State {
    let half = time / 2
    let slope1 = derivative(state, torque: torque)
    let slope2 = derivative(state + half * slope1, torque: torque)
    let slope3 = derivative(state + half * slope2, torque: torque)
    let slope4 = derivative(state + time * slope3, torque: torque)
    return state + time / 6 * (slope1 + 2 * slope2 + 2 * slope3 + slope4)
  }

  /// The derivative: velocities in place of angles, accelerations in place of velocities.
  private static func derivative(_ state: State, torque: Double) -> State {
    let (angle1, angle2, velocity1, velocity2) = (state[0], state[1], state[2], state[3])
    let second = SineCosine(of: angle2)
    let (sine2, cosine2) = (second.sine, second.cosine)

    // The inertia of both links about the first joint, of the second about its own, and their coupling.
    let inertia1 =
      centre * centre + (length * length + centre * centre + 2 * length * centre * cosine2) + inertia
      + inertia
    let inertia2 = centre * centre + inertia
    let coupling = (centre * centre + length * centre * cosine2) + inertia

    let load2 = centre * gravity * cos(angle1 + angle2 - .pi / 2)
    let load1 =
      -length * centre * square(velocity2) * sine2
      - 2 * length * centre * velocity2 * velocity1 * sine2
      + (centre + length) * gravity * cos(angle1 - .pi / 2) + load2

    let drive =
      torque + coupling / inertia1 * load1 - length * centre * square(velocity1) * sine2 - load2
    let acceleration2 = drive / (inertia2 - square(coupling) / inertia1)
    let acceleration1 = -(coupling * acceleration2 + load1) / inertia1
    return State(velocity1, velocity2, acceleration1, acceleration2)
  }

  /// A square by `pow`, as in NumPy. One in a thousand results is rounded differently by a multiplication,
  /// and a fast acrobot's episode changes with it.
  private static func square(_ number: Double) -> Double { ck_power(number, 2) }
}
