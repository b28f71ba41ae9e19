import Dataflow

/// The attribution of one item as a W3C Server-Timing header, which browsers' developer tools show.
struct ServerTiming {
  let value: String

  init(_ attribution: Attribution) {
    let parts =
      attribution.stages.map { ($0.name, $0.compute) }
      + [
        ("queue", attribution.queue), ("transfer", attribution.transfer),
        ("unattributed", attribution.unattributed), ("total", attribution.total),
      ]
    value = parts.map { "\(Self.token($0.0));dur=\(Self.milliseconds($0.1))" }.joined(separator: ", ")
  }

  /// To the nanosecond, so that the parts still sum to the whole.
  private static func milliseconds(_ time: Nanoseconds) -> String {
    let fraction = String(time % 1_000_000)
    return "\(time / 1_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
  }

  /// Header tokens have fewer characters than stage names may have.
  private static func token(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") ? $0 : "_" })
  }
}
