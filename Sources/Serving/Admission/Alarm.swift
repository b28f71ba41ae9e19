import Basics
import Dispatch

/// A timer that fires at the earliest time that was set.
protocol Alarm: Sendable {
  /// Fires at this time, or at an earlier one set before; in that case it has to be set again.
  func set(at time: Nanoseconds)
}

/// An alarm on the machine's monotonic clock, which fires on a system thread.
///
/// Sendable: the timer is scheduled within the lock, and its handler is set once.
final class SystemAlarm: Alarm, @unchecked Sendable {
  private let timer = DispatchSource.makeTimerSource()
  /// The next time at which it fires.
  private let next = Locked(Nanoseconds.max)
  private let clock = MonotonicTime()

  init(_ ring: @escaping @Sendable () -> Void) {
    timer.setEventHandler { [weak self] in
      self?.next.withLock { $0 = .max }
      ring()
    }
    timer.activate()
  }

  deinit { timer.cancel() }

  func set(at time: Nanoseconds) {
    next.withLock { next in
      guard time < next else { return }
      next = time
      let pause = Int(clamping: time - min(clock.now, time))
      timer.schedule(deadline: .now() + .nanoseconds(pause), leeway: .milliseconds(1))
    }
  }
}
