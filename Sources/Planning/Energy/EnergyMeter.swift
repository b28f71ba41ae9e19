import Basics
import Dataflow

/// Measures the energy of a platform's processors from its creation on: by their declared power and their
/// load, or else by the CPU's counters.
///
/// Used by one thread at a time.
public final class EnergyMeter {
  private let power: Power
  /// The processor of the counters.
  private let host: String?
  private let time: any TimeSource
  private let begin: Nanoseconds
  private let counters: RAPL?
  private var last: RAPL.Reading?
  private var counted = 0.0

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

  /// Reads the counters. They wrap around every few minutes at full load, so it must be called more often.
  public func read() {
    guard let counters, let before = last else { return }
    last = counters.read()
    if let last { counted += counters.joules(from: before, to: last) }
  }

  /// Joules since the beginning; `nil` if a processor's power is unknown.
  ///
  /// - Parameter busy: each used processor's seconds at full load.
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
