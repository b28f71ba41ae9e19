import Basics
import Foundation

/// Returns freed memory that the C library keeps: between large bodies (measured: a third more in a minute of
/// overload), and in the arenas of threads that have ended, while those of the next pipeline have arenas of
/// their own.
enum MemoryTrim {
  /// Returns it at intervals, until the task is cancelled, along with memory that pools have not used for an
  /// interval.
  ///
  /// - Parameter then: called each time.
  static func giveBack(every interval: Duration, then: @escaping @Sendable () -> Void = {}) async {
    while (try? await Task.sleep(for: interval)) != nil {
      await onOwnThread {
        MemoryPools.giveBackIdle()
        giveBack()
        then()
      }
    }
  }

  /// Returns it to the system, where the C library can.
  static func giveBack() {
    // Glibc's; its module for Swift leaves the header out.
    guard let symbol = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)(0)
  }
}
