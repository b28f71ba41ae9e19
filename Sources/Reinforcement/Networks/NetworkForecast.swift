import Kernels

/// What networks that learn come to in memory and in a checkpoint, known before they are made.
struct NetworkForecast {
  /// Numbers that are learned.
  let parameters: Int
  /// Outputs of all layers for one transition.
  private let units: Int
  private let batch: Int
  private let episodes: Int

  /// - Parameters:
  ///   - networks: sizes of the layers of each, the input first.
  ///   - batch: transitions that an update learns from.
  ///   - episodes: that the policy acts in side by side when it is evaluated.
  init(_ networks: [[Int]], batch: Int = 0, episodes: Int = 0) {
    parameters = networks.reduce(0) { sum, sizes in
      sum + zip(sizes, sizes.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * Matrix.stride(columns: $1.1) }
    }
    units = networks.reduce(0) { $0 + $1.reduce(0, +) }
    self.batch = batch
    self.episodes = episodes
  }

  /// The network, its target, its two moments and the copy that is evaluated, each with as many gradients; weights
  /// transposed for the backward pass; what the layers give, and its gradients.
  var bytes: Int { 4 * (parameters * (5 * 2 + 2) + units * (batch * 4 + episodes * 2)) }

  /// The network, its target and its two moments.
  var savedBytes: Int { 4 * 4 * parameters }
}
