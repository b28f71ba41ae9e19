/// Where the time of one item went: computing in each stage, waiting in queues, moving between devices, and what
/// none of these explains. The parts sum to the whole exactly, to the nanosecond.
///
/// Every instant between arrival and completion is given to one part. Where branches overlap, computing comes
/// before moving and moving before waiting, and of several stages that compute the one that ends last has it:
/// what the item really waited for.
public struct Attribution: Sendable, Equatable {
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

    let events = events.filter { Int($0.stage) < names.count }
    let borders = Set(
      ([arrival, completion] + events.flatMap { [$0.ready, $0.begin, $0.end] })
        .map { min(max($0, arrival), completion) }
    ).sorted()
    let byStart = events.sorted { $0.ready < $1.ready }
    var next = byStart.startIndex
    var active: [TraceEvent] = []
    for (begin, end) in zip(borders, borders.dropFirst()) {
      while next < byStart.endIndex, byStart[next].ready <= begin {
        active.append(byStart[next])
        next += 1
      }
      active.removeAll { $0.end <= begin }
      guard let (stage, part) = Self.owner(of: begin, among: active) else { continue }
      stages[stage][keyPath: part] += end - begin
      unattributed -= end - begin
    }
  }

  private static func owner(of instant: Nanoseconds, among active: [TraceEvent])
    -> (stage: Int, part: WritableKeyPath<StagePart, Nanoseconds>)?
  {
    let running = active.filter { $0.begin <= instant }
    let moving = running.filter { $0.kind == .transfer }
    let computing = running.filter { event in
      event.kind == .compute && !moving.contains { $0.stage == event.stage }
    }
    if let event = computing.max(by: { $0.end < $1.end }) { return (Int(event.stage), \.compute) }
    if let event = moving.max(by: { $0.end < $1.end }) { return (Int(event.stage), \.transfer) }
    if let event = active.filter({ $0.kind == .compute }).max(by: { $0.begin < $1.begin }) {
      return (Int(event.stage), \.queue)
    }
    return nil
  }
}
