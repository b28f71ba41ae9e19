import Kernels

/// A critic's input: observations and actions side by side.
final class CriticInput {
  private let matrix: Matrix

  init(capacity: Int, observationSize: Int, actionSize: Int) {
    matrix = Matrix(rows: capacity, columns: observationSize + actionSize)
  }

  /// `[n, observation size + action size]`; valid until the next call.
  func join(_ observations: MatrixView, _ actions: MatrixView) -> MatrixView {
    let joined = matrix.view.prefix(observations.rows)
    for row in 0..<observations.rows {
      for column in 0..<observations.columns { joined[row, column] = observations[row, column] }
      for column in 0..<actions.columns { joined[row, observations.columns + column] = actions[row, column] }
    }
    return joined
  }
}
