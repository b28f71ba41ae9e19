import Basics

/// Waiting requests, in the order of their turns.
///
/// The more urgent priority comes first, and within a priority the earlier due time. A request is due at its
/// arrival plus its cost, so that a large photograph lets thumbnails pass that came soon after it. It is due
/// a tenth of a second after its arrival at the latest, which bounds the overtaking. An image of a request is
/// due as if it had come at the end of the request's earlier images: other requests have turns between them.
///
/// Complexity: the line is bounded, and short as memory goes; inserting and removing move its tail.
struct WaitingLine: Sendable {
  struct Entry: Sendable, Equatable {
    let id: UInt64
    /// 0 is the most urgent.
    let priority: Int
    let arrival: Nanoseconds
    /// The time after which its response is useless.
    let deadline: Nanoseconds
    /// Its expected work, nanoseconds.
    let cost: Nanoseconds
    /// The work of earlier images of its own request, nanoseconds.
    var behind: Nanoseconds = 0

    /// The longest time for which an entry lets later ones pass.
    static let window: Nanoseconds = 100_000_000

    var due: Nanoseconds { (arrival + min(cost, Self.window)).addingReportingOverflow(behind).partialValue }

    /// The work that counts for the next image of its own request.
    var turn: Nanoseconds { cost > 0 ? cost : Self.window }

    func isBefore(_ other: Entry) -> Bool {
      (priority, due, id) < (other.priority, other.due, other.id)
    }
  }

  private(set) var entries: [Entry] = []
  /// The first time at which an entry may expire; the entry may have left meanwhile.
  private var earliestDeadline = Nanoseconds.max

  var count: Int { entries.count }
  var isEmpty: Bool { entries.isEmpty }
  var first: Entry? { entries.first }
  /// The time before which no entry expires; `nil` if none ever does.
  var nextDeadline: Nanoseconds? { isEmpty || earliestDeadline == .max ? nil : earliestDeadline }

  /// The work before this entry's turn.
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

  /// Removes an expired entry, if there is one.
  mutating func removeLate(_ now: Nanoseconds) -> Entry? {
    guard now >= earliestDeadline else { return nil }
    if let index = entries.firstIndex(where: { $0.deadline <= now }) { return entries.remove(at: index) }
    earliestDeadline = entries.reduce(.max) { min($0, $1.deadline) }
    return nil
  }

  /// The position of the first entry that isn't before this one.
  private func position(of entry: Entry) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].isBefore(entry) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
