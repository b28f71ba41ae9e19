import Foundation

/// What this process takes of the processors from now on.
struct ProcessorTime {
  private let begin = Self.now

  var seconds: Double { Self.now - begin }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
