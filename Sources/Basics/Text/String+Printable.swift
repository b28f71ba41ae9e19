extension String {
  /// The text with control characters, line ends and marks of writing direction as escapes, such as `\u{1B}`.
  /// Nothing in it acts on a terminal or a log.
  public var printable: String {
    guard utf8.contains(where: { $0 < 0x20 || $0 >= 0x7F }) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isPrintable {
        text.unicodeScalars.append(scalar)
      } else {
        text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      }
    }
    return text
  }

  /// The same, cut off at `limit` characters.
  public func printable(atMost limit: Int) -> String {
    // Characters may be of any length.
    let cut = utf8.count > 4 * limit ? String(unicodeScalars.prefix(limit)) : self
    return cut.count < count || cut.count > limit
      ? cut.prefix(limit).description.printable + "…" : cut.printable
  }

  /// The reason why this is no name for logs, paths and clients; `nil` if it is one.
  public var flawAsName: String? {
    if isEmpty { return "is empty" }
    if utf8.count > Self.longestName { return "has more than \(Self.longestName) bytes" }
    if let scalar = unicodeScalars.first(where: { !$0.isPrintable }) {
      return "has the control character U+\(String(scalar.value, radix: 16, uppercase: true))"
    }
    return utf8.contains(UInt8(ascii: "/")) ? "has a '/'" : nil
  }

  /// The most UTF-8 bytes of a name.
  public static let longestName = 128
}

extension Unicode.Scalar {
  fileprivate var isPrintable: Bool {
    switch value {
    case 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0xFEFF: return false
    default: break
    }
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return false
    default: return true
    }
  }
}
