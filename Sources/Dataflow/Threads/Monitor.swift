import Basics
import Foundation

/// A mutex with conditions, for threads that may block; `Locked` has none.
///
/// Sendable: the pointers are allocated in `init`, freed in `deinit`, and only passed to pthread calls.
final class Monitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let conditions = UnsafeMutableBufferPointer<pthread_cond_t>.allocate(
    capacity: Condition.allCases.count)

  enum Condition: Int, CaseIterable {
    case room
    case arrival
  }

  init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    for condition in Condition.allCases { pthread_cond_init(address(of: condition), &attributes) }
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    for condition in Condition.allCases { pthread_cond_destroy(address(of: condition)) }
    conditions.deallocate()
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Runs `body` if the lock is free.
  ///
  /// - Returns: whether it ran.
  func tryLock(_ body: () throws -> Void) rethrows -> Bool {
    guard pthread_mutex_trylock(mutex) == 0 else { return false }
    defer { pthread_mutex_unlock(mutex) }
    try body()
    return true
  }

  /// Gives up the caller's lock while `body` runs.
  func withoutLock(_ body: () -> Void) {
    pthread_mutex_unlock(mutex)
    body()
    pthread_mutex_lock(mutex)
  }

  /// Gives up the caller's lock until the condition is signalled.
  func wait(for condition: Condition) { pthread_cond_wait(address(of: condition), mutex) }

  /// The same, until a time of `MonotonicTime`.
  ///
  /// - Returns: `false` after the deadline.
  func wait(for condition: Condition, until deadline: Nanoseconds) -> Bool {
    var time = timespec(
      tv_sec: Int(clamping: deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
    return pthread_cond_timedwait(address(of: condition), mutex, &time) != ETIMEDOUT
  }

  func signal(_ condition: Condition) { pthread_cond_signal(address(of: condition)) }
  func broadcast(_ condition: Condition) { pthread_cond_broadcast(address(of: condition)) }

  private func address(of condition: Condition) -> UnsafeMutablePointer<pthread_cond_t> {
    conditions.baseAddress.unsafelyUnwrapped + condition.rawValue
  }
}
