import Basics
import Dataflow

/// The attribution of one item as a W3C Server-Timing header, for browsers' developer tools.
package struct ServerTiming {
  package let value: String

  /// - Parameter receive: the time from the request's head to its end, before the attribution begins.
  package init(_ attribution: Attribution, receive: Nanoseconds? = nil) {
    var text: [UInt8] = []
    text.reserveCapacity(512)
    func add(_ name: String, _ time: Nanoseconds) {
      if !text.isEmpty { text += ", ".utf8 }
      text += Self.token(name).utf8
      text += ";dur=".utf8
      Self.add(milliseconds: time, to: &text)
    }
    for stage in attribution.stages { add(stage.name, stage.compute) }
    add("queue", attribution.queue)
    add("transfer", attribution.transfer)
    add("unattributed", attribution.unattributed)
    add("total", attribution.total)
    if let receive { add("receive", receive) }
    value = String(decoding: text, as: UTF8.self)
  }

  /// To the nanosecond, so that the parts still sum to the whole.
  private static func add(milliseconds time: Nanoseconds, to text: inout [UInt8]) {
    let start = text.count
    var (rest, digits) = (time, 0)
    repeat {
      if digits == 6 { text.append(UInt8(ascii: ".")) }
      text.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
      digits += 1
    } while rest > 0 || digits < 7
    text[start...].reverse()
  }

  /// Header tokens allow fewer characters than stage names.
  private static func token(_ name: String) -> String {
    func isAllowed(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    // Character by character only where needed: that uses the tables of Unicode.
    if name.utf8.allSatisfy(isAllowed) { return name }
    return String(name.map { $0.utf8.count == 1 && $0.utf8.allSatisfy(isAllowed) ? $0 : "_" })
  }
}
