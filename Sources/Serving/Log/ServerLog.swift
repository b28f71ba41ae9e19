import Basics
import Foundation

/// The log of a server, a line at a time: its models, its shutdown, and each failed request.
///
/// Any thread may use it.
public final class ServerLog: Sendable {
  /// The severity of lines, the most severe first.
  public enum Level: String, Sendable, Comparable, CaseIterable {
    /// The server's own failures.
    case error
    /// Refusals for lack of room or time.
    case warning
    /// Clients' mistakes, served models, the shutdown.
    case info
    /// Every request.
    case debug

    public static func < (a: Level, b: Level) -> Bool { a.order < b.order }

    private var order: Int {
      switch self {
      case .error: 0
      case .warning: 1
      case .info: 2
      case .debug: 3
      }
    }
  }

  /// The format of lines: text for people, or a JSON object each.
  public enum Format: String, Sendable, CaseIterable {
    case text, json
  }

  /// The longest burst of lines about requests, and their maximum rate per second after it.
  static let burst = 50.0
  static let linesPerSecond = 10.0

  /// A failed request, and its time in seconds since 1970.
  struct Failure: Sendable {
    let unixTime: Double
    let line: RequestLine
  }

  /// The number of failures kept for the dashboard.
  private static let keptFailures = 20

  private struct Rate {
    var allowed = ServerLog.burst
    var time: Nanoseconds
    var omitted = 0
  }

  private let level: Level
  private let format: Format
  private let clock: any TimeSource
  private let rate: Locked<Rate>
  private let kept = Locked<[Failure]>([])
  private let write: @Sendable (String) -> Void

  /// - Parameters:
  ///   - level: the least severe level that is logged.
  ///   - write: called with one line, without its end, on any thread.
  public convenience init(
    level: Level = .info, format: Format = .text, write: @escaping @Sendable (String) -> Void
  ) {
    self.init(level: level, format: format, clock: MonotonicTime(), write: write)
  }

  init(
    level: Level, format: Format, clock: any TimeSource, write: @escaping @Sendable (String) -> Void
  ) {
    self.level = level
    self.format = format
    self.clock = clock
    self.write = write
    rate = Locked(Rate(time: clock.now))
  }

  /// A log that writes nothing.
  public static let none = ServerLog(level: .error) { _ in }

  func tells(_ level: Level) -> Bool { level <= self.level }

  /// Logs a message about the server.
  public func tell(_ level: Level, _ message: String) {
    guard tells(level) else { return }
    switch format {
    case .text: write(message.printable)
    case .json:
      write(Self.json(level) { $0.value("message", message) })
    }
  }

  /// The latest failures, whether logged or not, the newest last.
  var failures: [Failure] { kept.withLock { $0 } }

  /// Logs a request, unless there were too many lately; a later line counts those.
  func tell(_ line: @autoclosure () -> RequestLine, at level: Level) {
    guard level < .debug || tells(level) else { return }
    let line = line()
    if level < .debug { keep(line) }
    guard tells(level), let omitted = takePlace() else { return }
    tell(omitted: omitted)
    switch format {
    case .text: write("\(Self.time) \(level.rawValue) \(line.text)".printable)
    case .json: write(Self.json(level) { line.write(to: &$0) })
    }
  }

  private func keep(_ line: RequestLine) {
    let failure = Failure(unixTime: Date().timeIntervalSince1970, line: line)
    kept.withLock { kept in
      if kept.count == Self.keptFailures { kept.removeFirst() }
      kept.append(failure)
    }
  }

  /// Logs the number of omitted requests, if there are any and none has come for a while.
  public func catchUp() {
    if let omitted = takePlace(onlyIfOmitted: true) { tell(omitted: omitted) }
  }

  private func tell(omitted: Int) {
    guard omitted > 0 else { return }
    tell(.warning, "\(omitted.counted("line")) left out: too many requests failed at once")
  }

  /// - Returns: the number of requests omitted before this one; `nil` if this one is omitted.
  private func takePlace(onlyIfOmitted: Bool = false) -> Int? {
    rate.withLock { rate in
      let now = clock.now
      let seconds = Double(max(now - rate.time, 0)) / 1e9
      rate.allowed = min(rate.allowed + seconds * Self.linesPerSecond, Self.burst)
      rate.time = now
      if onlyIfOmitted {
        guard rate.omitted > 0 else { return nil }
      } else {
        guard rate.allowed >= 1 else {
          rate.omitted += 1
          return nil
        }
        rate.allowed -= 1
      }
      defer { rate.omitted = 0 }
      return rate.omitted
    }
  }

  private static func json(_ level: Level, _ members: (inout JSONText) -> Void) -> String {
    var json = JSONText(capacity: 256)
    json.object { json in
      json.value("time", time)
      json.value("level", level.rawValue)
      members(&json)
    }
    return json.text
  }

  /// The time in RFC 3339, UTC, with milliseconds.
  private static var time: String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    gmtime_r(&now.tv_sec, &parts)
    return String(
      format: "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
      parts.tm_hour, parts.tm_min, parts.tm_sec, now.tv_nsec / 1_000_000)
  }
}
