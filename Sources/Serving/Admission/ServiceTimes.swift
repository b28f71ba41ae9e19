import Basics
import Foundation

/// How long requests are worked on, by class, learned from those that have been.
///
/// What is learned ages: a sample's weight halves every two seconds, and a class of which nothing is heard
/// for ten is forgotten. Time is what the caller says.
struct ServiceTimes: Sendable {
  private struct Record {
    var mean = 0.0
    var weight = 0.0
    /// When the last sample came.
    var learned: Nanoseconds
    /// When the last one came, or was let in to bring one.
    var heard: Nanoseconds
    var least: Nanoseconds
    /// The shortest of this period of time, and of the one before.
    var period: Nanoseconds = 0
    var leastBefore = Nanoseconds.max
  }

  private var records: [RequestSize.Class: Record] = [:]

  private static let halfLife = 2e9
  /// Samples, beyond which one more counts a twentieth.
  private static let greatestWeight = 20.0
  private static let memory: Nanoseconds = 10_000_000_000
  private static let period: Nanoseconds = 5_000_000_000

  /// The mean, in nanoseconds. Of a class that isn't known, that of the next smaller one of its kind: it
  /// takes so long at least. 0 where nothing is known.
  func estimate(_ size: RequestSize, at now: Nanoseconds) -> Nanoseconds {
    var `class` = size.class
    while `class`.exponent >= 0 {
      if let record = record(`class`, at: now) { return Nanoseconds(saturating: record.mean) }
      `class`.exponent -= 1
    }
    return 0
  }

  /// The shortest of late, in nanoseconds; 0 where nothing is known.
  func least(_ size: RequestSize, at now: Nanoseconds) -> Nanoseconds {
    record(size.class, at: now).map { min($0.least, $0.leastBefore) } ?? 0
  }

  /// Whether another sample is wanted, though it may turn out to be as slow as those before: nothing was
  /// heard of the class for a second, or four times as long as it takes.
  func wantsSample(_ size: RequestSize, at now: Nanoseconds) -> Bool {
    guard let record = record(size.class, at: now) else { return true }
    let pause = min(max(1_000_000_000, Nanoseconds(saturating: 4 * record.mean)), Self.memory)
    return now >= record.heard.addingReportingOverflow(pause).partialValue
  }

  /// One is let in that brings a sample.
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

  /// What isn't forgotten of a class.
  private func record(_ class: RequestSize.Class, at now: Nanoseconds) -> Record? {
    records[`class`].flatMap { now - min($0.learned, now) < Self.memory ? $0 : nil }
  }
}
