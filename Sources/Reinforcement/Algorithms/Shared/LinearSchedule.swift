/// A number that moves linearly between two values over some steps, and then stays.
struct LinearSchedule: Sendable, Hashable {
  private let initial: Double
  private let final: Double
  private let steps: Double

  init(from initial: Double, to final: Double, over steps: Double) {
    self.initial = initial
    self.final = final
    self.steps = steps
  }

  func value(at step: Int) -> Double {
    guard Double(step) < steps else { return final }
    return initial + (final - initial) * Double(step) / steps
  }
}
