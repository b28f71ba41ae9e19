import Basics
import Synchronization

/// The latest events of one worker. Recording takes no lock and allocates nothing; the oldest events are
/// overwritten.
///
/// One thread records, any thread reads.
///
/// Sendable: `words` has one writer, which stores a slot's words before it publishes the slot by a releasing
/// store of `head`. A reader takes the slots below an acquired `head`, reads `head` again, and drops the
/// slots that the writer may have reached. The fences order these accesses, as in a sequence lock.
public final class TraceRing: @unchecked Sendable {
  public let worker: String
  /// The name of the graph that the worker runs.
  let graph: String
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  private let mask: Int
  private let head = Atomic<Int>(0)
  /// For each stage, the time of all events so far, kept or not, by kind: compute, transfer.
  private let totals: UnsafeMutablePointer<Atomic<UInt64>>
  /// For each stage, its firings by batch size, as in `BatchSizes`, then their items.
  private let batches: UnsafeMutablePointer<Atomic<UInt64>>
  private let stages: Int

  private static let wordsPerEvent = 5
  private static let wordsPerBatch = BatchSizes.bounds.count + 2

  /// - Parameters:
  ///   - stages: the number of stages in the graph.
  ///   - capacity: events, one of them in writing; rounded up to a power of two.
  init(worker: String, graph: String = "", stages: Int = 0, capacity: Int) {
    self.worker = worker
    self.graph = graph
    self.stages = stages
    totals = .allocate(capacity: stages * 2)
    for total in 0..<(stages * 2) { (totals + total).initialize(to: Atomic(0)) }
    batches = .allocate(capacity: stages * Self.wordsPerBatch)
    for count in 0..<(stages * Self.wordsPerBatch) { (batches + count).initialize(to: Atomic(0)) }
    let wanted = min(max(capacity, 2), 1 << 24)
    let size = 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount)
    mask = size - 1
    words = .allocate(capacity: size * Self.wordsPerEvent)
    for word in 0..<(size * Self.wordsPerEvent) { (words + word).initialize(to: Atomic(0)) }
  }

  deinit {
    words.deinitialize(count: (mask + 1) * Self.wordsPerEvent)
    words.deallocate()
    totals.deinitialize(count: stages * 2)
    totals.deallocate()
    batches.deinitialize(count: stages * Self.wordsPerBatch)
    batches.deallocate()
  }

  /// Events recorded so far, kept or not.
  public var recorded: Int { head.load(ordering: .acquiring) }

  /// A stage's time in this worker, computing or moving data; computing includes moving.
  func total(_ kind: TraceEvent.Kind, of stage: Int) -> Nanoseconds {
    totals[stage * 2 + Int(kind.rawValue)].load(ordering: .relaxed)
  }

  /// A stage's firings at one of the sizes of `BatchSizes`.
  func firings(of stage: Int, _ index: Int) -> UInt64 {
    batches[stage * Self.wordsPerBatch + index].load(ordering: .relaxed)
  }

  /// The items of all firings of a stage.
  func items(of stage: Int) -> UInt64 { firings(of: stage, Self.wordsPerBatch - 1) }

  /// Counts a firing or a batch of firings of a stage.
  func count(batch: Int, of stage: Int) {
    guard stage < stages else { return }
    let counts = batches + stage &* Self.wordsPerBatch
    func add(_ more: Int, at index: Int) {
      counts[index].store(counts[index].load(ordering: .relaxed) &+ UInt64(more), ordering: .relaxed)
    }
    add(1, at: BatchSizes.index(of: batch))
    add(batch, at: Self.wordsPerBatch - 1)
  }

  /// - Parameter isCounted: whether its time is added to the stage's; several items may have shared it.
  func record(_ event: TraceEvent, isCounted: Bool = true) {
    if isCounted, Int(event.stage) < stages {
      let index = Int(event.stage) &* 2 &+ Int(event.kind.rawValue)
      let sum = totals[index].load(ordering: .relaxed) &+ (event.end &- event.begin)
      totals[index].store(sum, ordering: .relaxed)
    }
    let position = head.load(ordering: .relaxed)
    atomicMemoryFence(ordering: .releasing)
    let slot = words + (position & mask) &* Self.wordsPerEvent
    slot[0].store(event.item, ordering: .relaxed)
    slot[1].store(event.ready, ordering: .relaxed)
    slot[2].store(event.begin, ordering: .relaxed)
    slot[3].store(event.end, ordering: .relaxed)
    slot[4].store(UInt64(event.stage) | UInt64(event.kind.rawValue) << 16, ordering: .relaxed)
    head.store(position &+ 1, ordering: .releasing)
  }

  /// The kept events, oldest first.
  public func events() -> [TraceEvent] { events { _ in true } }

  /// The kept events after the latest that `isRecent` refuses, oldest first.
  func events(while isRecent: (TraceEvent) -> Bool) -> [TraceEvent] {
    let end = head.load(ordering: .acquiring)
    var position = end
    var newestFirst: [TraceEvent] = []
    while position > max(0, end - mask - 1) {
      let event = read(position - 1)
      guard isRecent(event) else { break }
      newestFirst.append(event)
      position -= 1
    }
    // The writer may be in the middle of the slot at `head`, so that slot is lost too.
    atomicMemoryFence(ordering: .acquiring)
    let overwritten = head.load(ordering: .relaxed) - mask
    return newestFirst.dropLast(max(0, overwritten - position)).reversed()
  }

  private func read(_ position: Int) -> TraceEvent {
    let slot = words + (position & mask) * Self.wordsPerEvent
    let last = slot[4].load(ordering: .relaxed)
    return TraceEvent(
      item: slot[0].load(ordering: .relaxed), stage: Int(last & 0xffff),
      kind: TraceEvent.Kind(rawValue: UInt8(truncatingIfNeeded: last >> 16)) ?? .compute,
      ready: slot[1].load(ordering: .relaxed), begin: slot[2].load(ordering: .relaxed),
      end: slot[3].load(ordering: .relaxed))
  }
}
