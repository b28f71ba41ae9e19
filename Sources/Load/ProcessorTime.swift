import Foundation

/// The processor time of this process since a moment.
struct ProcessorTime {
  private let begin = Self.now

  var seconds: Double { Self.now - begin }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
