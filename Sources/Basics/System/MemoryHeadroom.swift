/// A check, before a large allocation, that memory is available. A refusal by the system comes too late: it
/// ends the process.
///
/// Any thread may call it. The system's figure is cached for a moment, less the memory granted since: reading
/// it takes a fraction of a millisecond.
public final class MemoryHeadroom: Sendable {
  public static let shared = MemoryHeadroom(time: MonotonicTime()) { AvailableMemory.current()?.bytes }

  private struct State {
    var left = 0
    var isKnown = false
    var until: Nanoseconds = 0
  }

  /// Smaller allocations always pass.
  private static let smallest = 1 << 20
  /// Bytes kept free for allocations that aren't checked.
  private static let reserve = 32 << 20
  private static let interval: Nanoseconds = 100_000_000

  private let time: any TimeSource
  private let read: @Sendable () -> Int?
  private let state = Locked(State())

  /// - Parameter read: the available bytes; `nil` if the system doesn't report them.
  public init(time: any TimeSource, read: @escaping @Sendable () -> Int?) {
    self.time = time
    self.read = read
  }

  /// - Returns: whether `bytes` are available; if so they count as taken.
  public func allows(_ bytes: Int) -> Bool {
    guard bytes > Self.smallest else { return true }
    let now = time.now
    return state.withLock { state in
      if now >= state.until {
        let available = read()
        state = State(
          left: (available ?? 0) - Self.reserve, isKnown: available != nil, until: now &+ Self.interval)
      }
      guard state.isKnown else { return true }
      guard bytes <= state.left else { return false }
      state.left -= bytes
      return true
    }
  }
}
