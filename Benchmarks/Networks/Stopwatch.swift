import Glibc

/// The least time that something took.
struct Stopwatch {
  private(set) var nanoseconds = Double.infinity

  /// Runs `body` `repetitions` times and keeps the time of one if it was the least.
  mutating func measure(repetitions: Int, _ body: () -> Void) {
    let begin = Self.now()
    for _ in 0..<repetitions { body() }
    nanoseconds = min(nanoseconds, Double(Self.now() - begin) / Double(repetitions))
  }

  var microseconds: String { Self.format(nanoseconds / 1000) }

  static func format(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let text = "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    return String(repeating: " ", count: max(0, 9 - text.count)) + text
  }

  private static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
