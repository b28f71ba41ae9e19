import Kernels

/// Policies act in −1…1 for continuous actions, whatever the bounds, and by number for discrete ones.
extension ActionSpace {
  /// Actions drawn uniformly, as a policy would give them.
  func sample(into actions: MatrixView, using random: inout RandomStream) {
    for row in 0..<actions.rows {
      switch self {
      case .discrete(let count): actions[row, 0] = Float(random.integer(below: count))
      case .continuous:
        for column in 0..<actions.columns { actions[row, column] = Float(random.uniform(-1, 1)) }
      }
    }
  }

  /// A policy's actions as the environment takes them.
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
