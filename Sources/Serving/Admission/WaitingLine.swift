import Basics

/// Requests that wait for their turn, in the order of their turns.
///
/// The more urgent priority comes first. Within a priority whoever is due first does: that is when it arrived
/// and as long again as it will take, so that a large photograph lets thumbnails pass that came soon after
/// it. It is due a tenth of a second after its arrival at the latest, so it is overtaken for that long and no
/// longer. Of several images of one request each is due as if it had come when those before it are done:
/// between them others have their turn.
///
/// Complexity: the line is bounded, and short as memory goes; inserting and removing move its tail.
struct WaitingLine: Sendable {
  struct Entry: Sendable, Equatable {
    let id: UInt64
    /// 0 is the most urgent.
    let priority: Int
    let arrival: Nanoseconds
    /// When its answer is of no use any more.
    let deadline: Nanoseconds
    /// Nanoseconds that it will be worked on, as far as is known.
    let cost: Nanoseconds
    /// Nanoseconds that those before it of its own request take.
    var behind: Nanoseconds = 0

    /// How long, at most, an entry lets later ones pass.
    static let window: Nanoseconds = 100_000_000

    var due: Nanoseconds { (arrival + min(cost, Self.window)).addingReportingOverflow(behind).partialValue }

    /// What it takes, as far as its own request's next one is concerned.
    var turn: Nanoseconds { cost > 0 ? cost : Self.window }

    func isBefore(_ other: Entry) -> Bool {
      (priority, due, id) < (other.priority, other.due, other.id)
    }
  }

  private(set) var entries: [Entry] = []
  /// The first time at which an entry may be too late; it may have left meanwhile.
  private var earliestDeadline = Nanoseconds.max

  var count: Int { entries.count }
  var isEmpty: Bool { entries.isEmpty }
  var first: Entry? { entries.first }
  /// No entry is too late before; `nil` if none ever is.
  var nextDeadline: Nanoseconds? { isEmpty || earliestDeadline == .max ? nil : earliestDeadline }

  /// What has to be done before this entry's turn comes.
  func work(before entry: Entry) -> Nanoseconds {
    entries[..<position(of: entry)].reduce(0) { $0 + $1.cost }
  }

  mutating func insert(_ entry: Entry) {
    entries.insert(entry, at: position(of: entry))
    earliestDeadline = min(earliestDeadline, entry.deadline)
  }

  mutating func removeFirst() -> Entry? { entries.isEmpty ? nil : entries.removeFirst() }

  /// - Returns: whether it was in the line.
  mutating func remove(_ entry: Entry) -> Bool {
    let position = position(of: entry)
    guard position < entries.count, entries[position] == entry else { return false }
    entries.remove(at: position)
    return true
  }

  /// Removes one whose time is over, if there is one.
  mutating func removeLate(_ now: Nanoseconds) -> Entry? {
    guard now >= earliestDeadline else { return nil }
    if let index = entries.firstIndex(where: { $0.deadline <= now }) { return entries.remove(at: index) }
    earliestDeadline = entries.reduce(.max) { min($0, $1.deadline) }
    return nil
  }

  /// Of the first entry that isn't before this one.
  private func position(of entry: Entry) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].isBefore(entry) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
