import Basics
import Foundation

/// The load of other processes during a measurement, which distorts its times.
public struct BackgroundLoad {
  /// Busy seconds of all cores, and of this process.
  private let begin: (busy: Double, own: Double, time: Nanoseconds)?
  private static let time = MonotonicTime()

  public init() { begin = Self.read() }

  /// The average number of cores that others have kept busy so far; `nil` if the system doesn't report it.
  public var cores: Double? {
    guard let begin, let end = Self.read(), end.time > begin.time else { return nil }
    let seconds = Double(end.time - begin.time) / 1e9
    return max(0, (end.busy - begin.busy) - (end.own - begin.own)) / seconds
  }

  private static func read() -> (busy: Double, own: Double, time: Nanoseconds)? {
    // user, nice, system, idle, iowait, irq, softirq, steal, in hundredths of a second.
    let ticks = KernelFile("/proc/stat")?.words(of: "cpu")?.compactMap { Double($0) } ?? []
    guard ticks.count >= 8 else { return nil }
    var own = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own)
    // Niced processes yield to the measurement.
    let busy = ticks[0] + ticks[2] + ticks[5] + ticks[6] + ticks[7]
    return (
      busy / Double(sysconf(Int32(_SC_CLK_TCK))), Double(own.tv_sec) + Double(own.tv_nsec) / 1e9, time.now
    )
  }
}
