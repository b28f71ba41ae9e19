import Foundation

/// Nanoseconds since an arbitrary start, from one `TimeSource`.
public typealias Nanoseconds = UInt64

/// A source of time: the machine's clock, or a manual one in tests and simulations.
public protocol TimeSource: Sendable {
  var now: Nanoseconds { get }
}

/// The machine's monotonic clock; about 25 ns a reading.
public struct MonotonicTime: TimeSource {
  public init() {}

  public var now: Nanoseconds {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}
