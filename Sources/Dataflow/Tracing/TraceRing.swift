import Synchronization

/// The latest events of one worker. Recording takes no lock and allocates nothing; the oldest events give way.
///
/// One thread records, any thread reads.
///
/// Sendable: `slots` has one writer, which publishes a slot by a releasing store of `head` after it has written
/// it. A reader takes the slots below an acquired `head`, then reads `head` again and drops those that the writer
/// may have reached meanwhile.
public final class TraceRing: @unchecked Sendable {
  public let worker: String
  private let slots: UnsafeMutablePointer<TraceEvent>
  private let mask: Int
  private let head = Atomic<Int>(0)

  /// - Parameter capacity: events kept; rounded up to a power of two.
  init(worker: String, capacity: Int) {
    self.worker = worker
    let size = 1 << (Int.bitWidth - (max(capacity, 2) - 1).leadingZeroBitCount)
    mask = size - 1
    slots = .allocate(capacity: size)
    slots.initialize(
      repeating: TraceEvent(item: 0, stage: 0, ready: 0, begin: 0, end: 0), count: size)
  }

  deinit { slots.deallocate() }

  /// Events recorded so far, kept or not.
  public var recorded: Int { head.load(ordering: .acquiring) }

  func record(_ event: TraceEvent) {
    let position = head.load(ordering: .relaxed)
    slots[position & mask] = event
    head.store(position &+ 1, ordering: .releasing)
  }

  /// The kept events, oldest first.
  public func events() -> [TraceEvent] { events { _ in true } }

  /// The kept events from the newest back to the first that `isRecent` refuses, oldest first.
  func events(while isRecent: (TraceEvent) -> Bool) -> [TraceEvent] {
    let end = head.load(ordering: .acquiring)
    var position = end
    var newestFirst: [TraceEvent] = []
    while position > max(0, end - mask - 1) {
      let event = slots[(position - 1) & mask]
      guard isRecent(event) else { break }
      newestFirst.append(event)
      position -= 1
    }
    // The writer may be in the middle of the slot at `head`, so that one is lost too.
    let overwritten = head.load(ordering: .acquiring) - mask
    return newestFirst.dropLast(max(0, overwritten - position)).reversed()
  }
}
