/// A request's span in its trace, by W3C's Trace Context: `traceparent` and `tracestate`.
struct TraceContext: Sendable, Hashable {
  /// 16 bytes, not all zero.
  let trace: TraceID
  let span: SpanID
  /// Whether the trace is recorded, by its originator's decision.
  let isSampled: Bool
  /// Whether the trace's identifier is random, for samplers.
  let isRandom: Bool
  /// The state of other tracing systems, passed on unchanged; empty for nothing.
  let state: String

  struct TraceID: Sendable, Hashable {
    let high, low: UInt64

    var text: String { high.sixteenDigits + low.sixteenDigits }
  }

  struct SpanID: Sendable, Hashable {
    let value: UInt64

    static func random() -> SpanID { SpanID(value: UInt64.random(in: 1...(.max))) }

    var text: String { value.sixteenDigits }
  }

  /// Begins a trace.
  init(isSampled: Bool) {
    trace = TraceID(high: .random(in: 0...(.max)), low: .random(in: 1...(.max)))
    span = .random()
    self.isSampled = isSampled
    isRandom = true
    state = ""
  }

  private init(trace: TraceID, span: SpanID, isSampled: Bool, isRandom: Bool, state: String) {
    self.trace = trace
    self.span = span
    self.isSampled = isSampled
    self.isRandom = isRandom
    self.state = state
  }

  /// A child span.
  func child() -> TraceContext {
    TraceContext(trace: trace, span: .random(), isSampled: isSampled, isRandom: isRandom, state: state)
  }

  /// Reads a client's headers.
  ///
  /// - Parameters:
  ///   - parent: the header; several of them, joined by commas, are invalid like any other text outside the
  ///     standard.
  ///   - state: passed on unchanged; an invalid one is dropped.
  /// - Returns: `nil` if the header is to be ignored.
  init?(parent: String, state: String? = nil) {
    let bytes = Array(parent.utf8)
    // 00-<32 digits>-<16 digits>-<2 digits>; later versions may go on after another hyphen.
    guard bytes.count >= 55, bytes.count <= 512, bytes[2] == Self.hyphen, bytes[35] == Self.hyphen,
      bytes[52] == Self.hyphen, let version = Self.number(bytes[0..<2]), version != 0xff,
      version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == Self.hyphen,
      let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]), high != 0 || low != 0,
      let span = Self.number(bytes[36..<52]), span != 0, let flags = Self.number(bytes[53..<55])
    else { return nil }
    self.init(
      trace: TraceID(high: high, low: low), span: SpanID(value: span), isSampled: flags & 1 != 0,
      isRandom: flags & 2 != 0, state: state.flatMap { TraceState.isValid($0) ? $0 : nil } ?? "")
  }

  /// The header `traceparent` to pass on, in version 0 of the format.
  var parent: String { "00-\(trace.text)-\(span.text)-0\((isSampled ? 1 : 0) + (isRandom ? 2 : 0))" }

  private static let hyphen = UInt8(ascii: "-")

  /// Digits in lower case, as the standard requires.
  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return value
  }
}

/// The form of `tracestate`: up to 32 entries `key=value`, joined by commas.
enum TraceState {
  static func isValid(_ text: String) -> Bool {
    guard text.utf8.count <= 512 else { return false }
    var keys: Set<Substring> = []
    for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
      let entry = entry.trimmingBlanks
      if entry.isEmpty { continue }
      guard let equals = entry.firstIndex(of: "=") else { return false }
      let (key, value) = (entry[..<equals], entry[entry.index(after: equals)...])
      guard isKey(key), isValue(value), keys.insert(key).inserted, keys.count <= 32 else { return false }
    }
    return !keys.isEmpty
  }

  private static func isKey(_ key: Substring) -> Bool {
    let parts = key.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), key.utf8.count <= 256 else { return false }
    return parts.allSatisfy { part in
      guard let first = part.first, isLetterOrDigit(first) else { return false }
      return part.allSatisfy { isLetterOrDigit($0) || "_-*/".utf8.contains($0) }
    }
  }

  /// Printable ASCII but for the comma and the equals sign, with no blank at its end.
  private static func isValue(_ value: Substring) -> Bool {
    !value.isEmpty && value.utf8.count <= 256 && value.utf8.last != UInt8(ascii: " ")
      && value.utf8.allSatisfy {
        (0x20...0x7e).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=")
      }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

extension Substring {
  /// Without blanks and tabs at both ends.
  fileprivate var trimmingBlanks: Substring {
    var text = self
    while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
    while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
    return text
  }
}

extension UInt64 {
  /// In base 16, with zeros in front.
  fileprivate var sixteenDigits: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
