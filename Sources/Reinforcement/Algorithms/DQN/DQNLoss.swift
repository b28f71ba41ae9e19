import Kernels

/// The loss between the values of the actions taken and their targets.
public enum DQNLoss: String, CaseIterable, Sendable {
  /// Quadratic within ±1, linear beyond: `smooth_l1_loss` with β = 1.
  case huber
  case squared

  /// The mean loss over a minibatch, and its derivative by the values.
  ///
  /// - Parameters:
  ///   - values: `[n, actions]`, Q(s, ·).
  ///   - actions: `[n, 1]`, the numbers of the actions taken.
  ///   - targets: n numbers.
  ///   - gradient: receives `[n, actions]`; must be zero outside earlier calls' entries.
  func evaluate(
    values: MatrixView, actions: MatrixView, targets: UnsafePointer<Float>, gradient: MatrixView
  ) -> Float {
    let scale = 1 / Float(values.rows)
    var sum: Float = 0
    for row in 0..<values.rows {
      let action = Int(actions[row, 0])
      let error = values[row, action] - targets[row]
      let derivative: Float
      switch self {
      case .huber where abs(error) >= 1:
        sum += abs(error) - 0.5
        derivative = error > 0 ? 1 : -1
      case .huber:
        sum += 0.5 * error * error
        derivative = error
      case .squared:
        sum += error * error
        derivative = 2 * error
      }
      for column in 0..<values.columns { gradient[row, column] = 0 }
      gradient[row, action] = derivative * scale
    }
    return sum * scale
  }
}
