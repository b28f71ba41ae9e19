import Basics
import Dataflow

/// Says what the processors of a platform have taken since it began: by what they are declared to draw, as idle and as
/// busy as they were; or else by what the CPU's counters say.
///
/// Used by one thread at a time.
public final class EnergyMeter {
  private let power: Power
  /// What the counters are of.
  private let host: String?
  private let time: any TimeSource
  private let begin: Nanoseconds
  private let counters: RAPL?
  private var last: RAPL.Reading?
  private var counted = 0.0

  /// Begins to count.
  public init(
    on platform: Platform = .local, counters: RAPL? = try? RAPL(), time: any TimeSource = MonotonicTime()
  ) {
    self.time = time
    self.counters = counters
    power = platform.power
    host = platform.device(of: .cpu)?.processor
    begin = time.now
    last = counters?.read()
  }

  /// Looks at the counters, which begin again every few minutes at full load: call it more often than that.
  public func read() {
    guard let counters, let before = last else { return }
    last = counters.read()
    if let last { counted += counters.joules(from: before, to: last) }
  }

  /// Joules since the beginning; `nil` where nobody knows what a processor drew.
  ///
  /// - Parameter busy: of each processor in use, the seconds that it was fully at work.
  public func joules(_ busy: [String: Double]) -> (joules: Double, source: EnergySource)? {
    read()
    let seconds = Double(time.now - begin) / 1e9
    var (joules, source) = (0.0, EnergySource.measured)
    for processor in Set(busy.keys).union(host.map { [$0] } ?? []) {
      if let watts = power.watts[processor] {
        joules += watts.idle * seconds + (watts.full - watts.idle) * (busy[processor] ?? 0)
        source = .modelled
      } else if processor == host, last != nil {
        joules += counted
      } else {
        return nil
      }
    }
    return (joules, source)
  }
}
