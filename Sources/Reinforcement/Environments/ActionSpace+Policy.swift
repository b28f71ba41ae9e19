import Kernels

/// A policy's form of actions: in −1…1 for continuous ones, whatever the bounds, and a number for discrete
/// ones.
extension ActionSpace {
  /// Draws uniform actions in the policy's form.
  func sample(into actions: MatrixView, using random: inout RandomStream) {
    for row in 0..<actions.rows {
      switch self {
      case .discrete(let count): actions[row, 0] = Float(random.integer(below: count))
      case .continuous:
        for column in 0..<actions.columns { actions[row, column] = Float(random.uniform(-1, 1)) }
      }
    }
  }

  /// Converts a policy's actions to the environment's.
  func scale(_ actions: MatrixView, into scaled: MatrixView) {
    for row in 0..<actions.rows {
      switch self {
      case .discrete: scaled[row, 0] = actions[row, 0]
      case .continuous(let box):
        for column in 0..<actions.columns {
          let (low, high) = (box.low[column], box.high[column])
          scaled[row, column] = low + (actions[row, column] + 1) / 2 * (high - low)
        }
      }
    }
  }
}
