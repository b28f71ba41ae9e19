import Basics

/// The options of a request: its priority and its timeout.
public struct RequestOptions: Sendable, Hashable {
  /// 0 is the most urgent.
  public var priority = 0
  /// Nanoseconds after which a response is useless.
  public var timeout: Nanoseconds?

  public init(priority: Int = 0, timeout: Nanoseconds? = nil) {
    self.priority = priority
    self.timeout = timeout
  }
}

extension RequestOptions {
  /// Reads `priority=0&timeout_us=500000`.
  init(query: Substring) throws(RequestFailure) {
    self.init()
    for pair in query.split(separator: "&") {
      let (name, value) = (pair.prefix { $0 != "=" }, Int64(pair.drop { $0 != "=" }.dropFirst()))
      switch name {
      case "priority": priority = try Self.priority(value)
      case "timeout_us": timeout = try Self.timeout(microseconds: value)
      default:
        throw RequestFailure(
          .invalid, "there is no parameter '\(name)' of a request; there are priority and timeout_us")
      }
    }
  }

  /// - Parameter number: `nil` if it is no integer.
  static func priority(_ number: Int64?) throws(RequestFailure) -> Int {
    guard let number, (0...1000).contains(number) else {
      throw RequestFailure(.unprocessable, "'priority' must be from 0, the most urgent, to 1000")
    }
    return Int(number)
  }

  /// - Parameter microseconds: `nil` if it is no integer; 0 stands for no timeout, as for Triton.
  static func timeout(microseconds: Int64?) throws(RequestFailure) -> Nanoseconds? {
    guard let microseconds, (0...86_400_000_000).contains(microseconds) else {
      throw RequestFailure(.unprocessable, "'timeout' must be from 0 to 86400000000 microseconds")
    }
    return microseconds == 0 ? nil : Nanoseconds(microseconds) * 1000
  }
}
