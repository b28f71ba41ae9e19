import Basics
import Foundation

/// A value behind a lock. As `Mutex`, which the thread sanitizer can't see on Linux: it takes every access behind
/// one for a race.
///
/// Sendable: the value is read and written only while `mutex`, allocated here for good, is held.
package final class Locked<Value>: @unchecked Sendable {
  @exclusivity(unchecked) private var value: Value
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  package init(_ value: sending Value) {
    self.value = value
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  package func withLock<Result, Failure>(_ body: (inout Value) throws(Failure) -> Result) throws(Failure)
    -> Result
  {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}
