import Basics
import Dataflow
import Synchronization

/// A clock that stands still until a test moves it.
public final class ManualTime: TimeSource {
  private let current: Atomic<Nanoseconds>

  public init(_ start: Nanoseconds = 0) { current = Atomic(start) }

  public var now: Nanoseconds { current.load(ordering: .relaxed) }

  public func advance(by duration: Nanoseconds) { current.add(duration, ordering: .relaxed) }
}
