import Dataflow
import Planning

/// Coordinate descent over a pipeline's knobs: it turns one knob at a time by a step, continues in a
/// direction while that is better, and ends when no step is. Equal numbers of workers, or equal batches, of
/// both segments are also turned together: they may be the same workers.
///
/// A value without a clock: it proposes a candidate to measure beside the best so far, and receives the
/// verdict.
public struct KnobSearch: Sendable {
  /// As in `ServingSettings`.
  public typealias Knob = ServingSettings.Knob

  /// A candidate to measure.
  public struct Candidate: Sendable, Hashable {
    /// The turned knob, or those of both segments.
    public let turned: [Knob]
    /// The knob's value before, and the candidate's.
    public let from: Int
    public let value: Int
    public let knobs: [Knob: Int]
  }

  /// The best numbers so far.
  public private(set) var best: [Knob: Int]
  /// The values of each knob, in ascending order.
  private let ladders: [Knob: [Int]]
  /// The knobs to turn, the most effective first.
  private let order: [[Knob]]
  private var tried: Set<[Knob: Int]>
  private var position = 0
  /// The directions in which the current knob may still be turned.
  private var directions = Self.bothDirections
  /// Consecutive knobs that have not changed.
  private var unchanged = 0
  private var pending: Candidate?

  private enum Direction { case up, down }
  private static let bothDirections: [Direction] = [.up, .down]

  /// - Parameters:
  ///   - start: the initial numbers; missing knobs are not turned.
  ///   - ladders: values to try, for each knob to be turned.
  public init(from start: [Knob: Int], ladders: [Knob: [Int]]) {
    best = Self.effective(start)
    self.ladders = ladders.mapValues { $0.sorted() }
    let order: [[Knob]] = [
      [.preprocessingInstances, .inferenceInstances], [.inferenceInstances], [.preprocessingInstances],
      [.preprocessingBatch, .inferenceBatch], [.inferenceBatch], [.inferenceDelay], [.preprocessingBatch],
      [.preprocessingDelay],
    ]
    self.order = order.filter { $0.allSatisfy { ladders[$0] != nil && start[$0] != nil } }
    tried = [best]
  }

  /// The next candidate to measure beside `best`; `nil` at the end. No candidate comes twice.
  public mutating func next() -> Candidate? {
    while unchanged < order.count {
      let turned = order[position]
      while let direction = directions.first {
        if let candidate = candidate(turned, direction), tried.insert(candidate.knobs).inserted {
          pending = candidate
          return candidate
        }
        directions.removeFirst()
      }
      position = (position + 1) % order.count
      directions = Self.bothDirections
      unchanged += 1
    }
    return nil
  }

  /// Takes the verdict: whether the candidate from `next` was better than the best before.
  public mutating func decide(isBetter: Bool) {
    guard let candidate = pending, let direction = directions.first else { return }
    pending = nil
    if isBetter {
      best = candidate.knobs
      directions = [direction]
      unchanged = 0
    } else {
      directions.removeFirst()
    }
  }

  private func candidate(_ turned: [Knob], _ direction: Direction) -> Candidate? {
    guard let now = best[turned[0]], let ladder = ladders[turned[0]],
      turned.allSatisfy({ best[$0] == now })
    else { return nil }
    let value = direction == .up ? ladder.first { $0 > now } : ladder.last { $0 < now }
    guard let value else { return nil }
    var knobs = best
    for knob in turned { knobs[knob] = value }
    return Candidate(turned: turned, from: now, value: value, knobs: Self.effective(knobs))
  }

  /// A batch of one never waits.
  private static func effective(_ knobs: [Knob: Int]) -> [Knob: Int] {
    var knobs = knobs
    for (delay, batch) in [
      (Knob.preprocessingDelay, Knob.preprocessingBatch), (.inferenceDelay, .inferenceBatch),
    ] where knobs[batch] == 1 && knobs[delay] != nil {
      knobs[delay] = 0
    }
    return knobs
  }
}
