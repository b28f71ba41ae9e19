import Kernels

/// Noise on the targets' actions, so that critics value similar actions alike.
final class TargetSmoothing {
  /// `[n, action size]`, already bounded.
  let noise: Matrix
  private let sigma, limit: Double
  var random: RandomStream

  init(_ configuration: TD3Configuration, actionSize: Int, random: RandomStream) {
    noise = Matrix(rows: configuration.common.batchSize, columns: actionSize)
    sigma = configuration.targetPolicyNoise
    limit = configuration.targetNoiseClip
    self.random = random
  }

  /// Draws new noise for so many actions.
  func draw(rows: Int) {
    for row in 0..<rows {
      for column in 0..<noise.view.columns {
        noise.view[row, column] = Float(min(max(sigma * random.normal(), -limit), limit))
      }
    }
  }

  /// Adds the noise, and keeps the actions within −1…1.
  func disturb(_ actions: MatrixView) {
    for row in 0..<actions.rows {
      for column in 0..<actions.columns {
        actions[row, column] = min(max(actions[row, column] + noise.view[row, column], -1), 1)
      }
    }
  }
}
