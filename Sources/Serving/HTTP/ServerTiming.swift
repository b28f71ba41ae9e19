import Dataflow

/// The attribution of one item as a W3C Server-Timing header, which browsers' developer tools show.
struct ServerTiming {
  let value: String

  /// - Parameter receive: the time from the request's head to its end, before the attribution begins.
  init(_ attribution: Attribution, receive: Nanoseconds? = nil) {
    let parts =
      attribution.stages.map { ($0.name, $0.compute) }
      + [
        ("queue", attribution.queue), ("transfer", attribution.transfer),
        ("unattributed", attribution.unattributed), ("total", attribution.total),
      ] + (receive.map { [("receive", $0)] } ?? [])
    value = parts.map { "\(Self.token($0.0));dur=\(Self.milliseconds($0.1))" }.joined(separator: ", ")
  }

  /// To the nanosecond, so that the parts still sum to the whole.
  private static func milliseconds(_ time: Nanoseconds) -> String {
    let fraction = String(time % 1_000_000)
    return "\(time / 1_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
  }

  /// Header tokens have fewer characters than stage names may have.
  private static func token(_ name: String) -> String {
    func isAllowed(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    // Character by character only where that matters: it takes the tables of Unicode.
    if name.utf8.allSatisfy(isAllowed) { return name }
    return String(name.map { $0.utf8.count == 1 && $0.utf8.allSatisfy(isAllowed) ? $0 : "_" })
  }
}
