import Basics

/// The latest episodes, and the number of all.
final class EpisodeWindow: Checkpointable {
  private static let capacity = 100
  private var returns = Array(repeating: 0.0, count: capacity)
  private var lengths = Array(repeating: 0, count: capacity)
  /// Episodes so far.
  private(set) var total = 0

  func append(_ episode: FinishedEpisode) {
    returns[total % Self.capacity] = episode.episodeReturn
    lengths[total % Self.capacity] = episode.length
    total += 1
  }

  /// Over the last hundred episodes; `nil` before the first.
  var meanReturn: Double? { mean { returns[$0] } }
  var meanLength: Double? { mean { Double(lengths[$0]) } }

  private func mean(_ value: (Int) -> Double) -> Double? {
    let count = min(total, Self.capacity)
    return count > 0 ? (0..<count).reduce(0) { $0 + value($1) } / Double(count) : nil
  }

  private struct State: Codable {
    let returns: [Double]
    let lengths: [Int]
    let total: Int
  }

  func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.put("state", State(returns: returns, lengths: lengths, total: total))
  }

  func restore(from checkpoint: CheckpointReader) throws {
    let state: State = try checkpoint.get("state")
    guard state.returns.count == Self.capacity, state.lengths.count == Self.capacity, state.total >= 0 else {
      throw checkpoint.refusal("it has another number of episodes")
    }
    (returns, lengths, total) = (state.returns, state.lengths, state.total)
  }
}
