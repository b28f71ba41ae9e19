import Kernels

/// The memory and checkpoint sizes of learned networks, before they are made.
struct NetworkForecast {
  /// The number of learned parameters.
  let parameters: Int
  /// The outputs of all layers for one transition.
  private let units: Int
  private let batch: Int
  private let episodes: Int

  /// - Parameters:
  ///   - networks: the layer sizes of each, the input first.
  ///   - batch: the transitions of an update.
  ///   - episodes: the parallel episodes of an evaluation.
  init(_ networks: [[Int]], batch: Int = 0, episodes: Int = 0) {
    parameters = networks.reduce(0) { sum, sizes in
      sum + zip(sizes, sizes.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * Matrix.stride(columns: $1.1) }
    }
    units = networks.reduce(0) { $0 + $1.reduce(0, +) }
    self.batch = batch
    self.episodes = episodes
  }

  /// The network, its target, its two moments and the evaluated copy, each with as many gradients; weights
  /// transposed for the backward pass; the layers' outputs and their gradients.
  var bytes: Int { 4 * (parameters * (5 * 2 + 2) + units * (batch * 4 + episodes * 2)) }

  /// The network, its target and its two moments.
  var savedBytes: Int { 4 * 4 * parameters }
}
