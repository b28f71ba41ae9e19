import Basics

/// The parts of one item's time: computing in each stage, waiting in queues, moving between devices, and the
/// unattributed rest. The parts sum to the whole exactly, to the nanosecond.
///
/// It is the question of *Beyond Inference* (AbouElhamayed et al. 2024): the cost of everything but the
/// network.
///
/// Every instant between arrival and completion belongs to one part. Where branches overlap, computing
/// precedes moving and moving precedes waiting. Of several computing stages the one that ends last counts:
/// the item waited for it.
public struct Attribution: Sendable, Equatable {
  /// One stage's part of an item's time, in nanoseconds.
  public struct StagePart: Sendable, Equatable {
    public let name: String
    public fileprivate(set) var compute: Nanoseconds = 0
    public fileprivate(set) var queue: Nanoseconds = 0
    public fileprivate(set) var transfer: Nanoseconds = 0
  }

  public let total: Nanoseconds
  /// One part for each stage of the graph, in its order.
  public private(set) var stages: [StagePart]
  public private(set) var unattributed: Nanoseconds

  public var queue: Nanoseconds { stages.reduce(0) { $0 + $1.queue } }
  public var transfer: Nanoseconds { stages.reduce(0) { $0 + $1.transfer } }

  /// - Parameters:
  ///   - events: all events of one item.
  ///   - stages: the graph's stage names.
  /// - Complexity: O(n log n + n × overlapping events).
  public init(
    of events: [TraceEvent], stages names: [String], from arrival: Nanoseconds, to completion: Nanoseconds
  ) {
    total = completion >= arrival ? completion - arrival : 0
    stages = names.map { StagePart(name: $0) }
    unattributed = total
    guard total > 0 else { return }

    let events = events.filter { Int($0.stage) < names.count }.sorted { $0.ready < $1.ready }
    var borders: [Nanoseconds] = [arrival, completion]
    for event in events { borders += [event.ready, event.begin, event.end] }
    borders = borders.filter { (arrival...completion).contains($0) }.sorted()

    var overlap = Overlap(stages: names.count)
    var next = events.startIndex
    for (begin, end) in zip(borders, borders.dropFirst()) where begin < end {
      while next < events.endIndex, events[next].ready <= begin {
        overlap.events.append(events[next])
        next += 1
      }
      guard let (stage, part) = overlap.owner(of: begin) else { continue }
      switch part {
      case .compute: stages[stage].compute += end - begin
      case .transfer: stages[stage].transfer += end - begin
      case .queue: stages[stage].queue += end - begin
      }
      unattributed -= end - begin
    }
  }
}

/// The events that overlap at an instant, and the one that owns it.
private struct Overlap {
  enum Part { case compute, transfer, queue }

  var events: [TraceEvent] = []
  /// For each stage, its running firings less those that only move data: each transfer is a part of one
  /// firing. All zero between instants.
  private var computing: [Int]

  init(stages: Int) { computing = Array(repeating: 0, count: stages) }

  /// - Complexity: O(overlapping events).
  mutating func owner(of instant: Nanoseconds) -> (stage: Int, part: Part)? {
    events.removeAll { $0.end <= instant }
    for event in events where event.begin <= instant {
      computing[Int(event.stage)] += event.kind == .compute ? 1 : -1
    }
    defer { for event in events { computing[Int(event.stage)] = 0 } }
    var best: (stage: Int, part: Part)?
    var bestRank: (importance: Int, time: Nanoseconds) = (-1, 0)
    for event in events {
      let stage = Int(event.stage)
      let part: Part
      let rank: (importance: Int, time: Nanoseconds)
      switch (event.kind, hasBegun: event.begin <= instant) {
      case (.compute, true) where computing[stage] > 0: (part, rank) = (.compute, (2, event.end))
      case (.transfer, true): (part, rank) = (.transfer, (1, event.end))
      // Of the waiting events the one that begins last counts: the item's end waits for it.
      case (.compute, false): (part, rank) = (.queue, (0, event.begin))
      default: continue
      }
      if rank > bestRank { (best, bestRank) = ((stage, part), rank) }
    }
    return best
  }
}
