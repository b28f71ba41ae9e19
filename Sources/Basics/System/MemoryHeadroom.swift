/// Whether so much memory can still be had, asked before it is taken: where the system refuses it later, the process ends.
///
/// Any thread may ask. What the system says is kept for a moment, less what was promised since: asking takes it a fraction of a
/// millisecond.
public final class MemoryHeadroom: Sendable {
  public static let shared = MemoryHeadroom(time: MonotonicTime()) { AvailableMemory.current()?.bytes }

  private struct State {
    var left = 0
    var isKnown = false
    var until: Nanoseconds = 0
  }

  /// What is smaller is always there.
  private static let smallest = 1 << 20
  /// What stays free: for everything that isn't asked for.
  private static let reserve = 32 << 20
  private static let interval: Nanoseconds = 100_000_000

  private let time: any TimeSource
  private let read: @Sendable () -> Int?
  private let state = Locked(State())

  /// - Parameter read: bytes that are available; `nil` where the system doesn't tell.
  public init(time: any TimeSource, read: @escaping @Sendable () -> Int?) {
    self.time = time
    self.read = read
  }

  /// - Returns: whether `bytes` are there; then they count as taken.
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
