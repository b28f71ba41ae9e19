import Basics
import Dispatch

/// Wakes somebody at a time: one timer, however many wait for it.
protocol Alarm: Sendable {
  /// Rings at this time; or at an earlier one that was set before, and then has to be set anew.
  func set(at time: Nanoseconds)
}

/// One that rings by the machine's monotonic clock, on a thread of the system's.
///
/// Sendable: the timer is scheduled within the lock, and its handler is set once.
final class SystemAlarm: Alarm, @unchecked Sendable {
  private let timer = DispatchSource.makeTimerSource()
  /// When it rings next.
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
