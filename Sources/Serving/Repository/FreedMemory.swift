import Foundation

/// Memory that was freed and that the C library keeps, in the arenas of threads that have ended. The threads of the next pipeline
/// have arenas of their own, so each load would take more.
enum FreedMemory {
  /// Gives it back to the system, where the C library can.
  static func giveBack() {
    // Glibc's; its module for Swift leaves the header out.
    guard let symbol = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)(0)
  }
}
