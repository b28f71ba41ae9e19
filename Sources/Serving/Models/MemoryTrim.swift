import Basics
import Foundation

/// Memory that was freed and that the C library keeps: between large bodies that come and go (measured: a
/// third more in a minute of overload), and in the arenas of threads that have ended, while those of the next
/// pipeline have arenas of their own.
enum MemoryTrim {
  /// Gives it back again and again, until the task is cancelled; also what pools have kept for an interval
  /// without use.
  ///
  /// - Parameter then: done each time.
  static func giveBack(every interval: Duration, then: @escaping @Sendable () -> Void = {}) async {
    while (try? await Task.sleep(for: interval)) != nil {
      await onOwnThread {
        MemoryPools.giveBackIdle()
        giveBack()
        then()
      }
    }
  }

  /// Gives it back to the system, where the C library can.
  static func giveBack() {
    // Glibc's; its module for Swift leaves the header out.
    guard let symbol = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)(0)
  }
}
