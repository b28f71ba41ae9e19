import Basics
import Foundation

/// Service times of requests by class, learned from past ones.
///
/// A sample's weight halves every two seconds, and a class without samples for ten is forgotten. The caller
/// supplies the time.
struct ServiceTimes: Sendable {
  private struct Record {
    var mean = 0.0
    var weight = 0.0
    /// The time of the last sample.
    var learned: Nanoseconds
    /// The time of the last sample, or of the last request accepted for one.
    var heard: Nanoseconds
    var least: Nanoseconds
    /// The shortest times are of this period, and of the one before.
    var period: Nanoseconds = 0
    var leastBefore = Nanoseconds.max
  }

  private var records: [RequestSize.Class: Record] = [:]

  private static let halfLife = 2e9
  /// The weight at which a further sample counts a twentieth.
  private static let greatestWeight = 20.0
  private static let memory: Nanoseconds = 10_000_000_000
  private static let period: Nanoseconds = 5_000_000_000

  /// The mean, in nanoseconds; for an unknown class, that of the next smaller one of its format, which is a
  /// lower bound; 0 if none is known.
  func estimate(_ size: RequestSize, at now: Nanoseconds) -> Nanoseconds {
    var `class` = size.class
    while `class`.exponent >= 0 {
      if let record = record(`class`, at: now) { return Nanoseconds(saturating: record.mean) }
      `class`.exponent -= 1
    }
    return 0
  }

  /// The shortest recent time, in nanoseconds; 0 if none is known.
  func least(_ size: RequestSize, at now: Nanoseconds) -> Nanoseconds {
    record(size.class, at: now).map { min($0.least, $0.leastBefore) } ?? 0
  }

  /// Whether another sample is wanted, even if it may be as slow as those before: the class had none for a
  /// second, or for four of its service times if that is longer.
  func wantsSample(_ size: RequestSize, at now: Nanoseconds) -> Bool {
    guard let record = record(size.class, at: now) else { return true }
    let pause = min(max(1_000_000_000, Nanoseconds(saturating: 4 * record.mean)), Self.memory)
    return now >= record.heard.addingReportingOverflow(pause).partialValue
  }

  /// Notes that a request is accepted for its sample.
  mutating func awaitSample(_ size: RequestSize, at now: Nanoseconds) { records[size.class]?.heard = now }

  mutating func record(_ size: RequestSize, duration: Nanoseconds, at now: Nanoseconds) {
    learn(size.class, duration, now)
    if size.pixels != nil { learn(size.announced.class, duration, now) }
  }

  private mutating func learn(_ class: RequestSize.Class, _ duration: Nanoseconds, _ now: Nanoseconds) {
    var record =
      self.record(`class`, at: now)
      ?? Record(learned: now, heard: now, least: duration, period: now)
    let age = Double(now - min(record.learned, now))
    record.weight = min(record.weight * exp2(-age / Self.halfLife) + 1, Self.greatestWeight)
    record.mean += (Double(duration) - record.mean) / record.weight
    record.learned = max(record.learned, now)
    record.heard = max(record.heard, now)
    if now - min(record.period, now) >= Self.period {
      (record.leastBefore, record.least, record.period) = (record.least, duration, now)
    }
    record.least = min(record.least, duration)
    records[`class`] = record
  }

  /// The record of a class, unless it is forgotten.
  private func record(_ class: RequestSize.Class, at now: Nanoseconds) -> Record? {
    records[`class`].flatMap { now - min($0.learned, now) < Self.memory ? $0 : nil }
  }
}
