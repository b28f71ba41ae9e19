import Dataflow
import Planning

/// Coordinate descent over a pipeline's knobs: turns one after the other by a step, goes on in a direction as long as that
/// is better, and ends when no knob is better turned either way. Where both halves have the same number of workers, or the
/// same batches, they are turned together, too: they may be the same workers.
///
/// A value without a clock: it says what to measure beside the best so far, and is told which of the two is better.
public struct KnobSearch: Sendable {
  /// As in `ServingSettings`.
  public typealias Knob = ServingSettings.Knob

  /// What to measure next.
  public struct Candidate: Sendable, Hashable {
    /// The knob that is turned, or those of both halves.
    public let turned: [Knob]
    public let from: Int
    public let value: Int
    public let knobs: [Knob: Int]
  }

  /// The numbers that nothing was better than.
  public private(set) var best: [Knob: Int]
  /// The values that a knob may have, in ascending order.
  private let ladders: [Knob: [Int]]
  /// What is turned, what has most effect first.
  private let order: [[Knob]]
  private var tried: Set<[Knob: Int]>
  private var position = 0
  /// Where the current knob may still be turned to.
  private var directions = Self.bothDirections
  /// Knobs in a row that have not changed.
  private var unchanged = 0
  private var pending: Candidate?

  private enum Direction { case up, down }
  private static let bothDirections: [Direction] = [.up, .down]

  /// - Parameters:
  ///   - start: where to begin; knobs that it lacks are left alone.
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

  /// What to measure beside `best`; `nil` when nothing is left. The same is never asked twice.
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

  /// Tells which of the two was better, the candidate that `next` gave or the best before.
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

  /// Nothing waits for a batch of one.
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
