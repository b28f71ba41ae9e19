/// The entries of a Server-Timing header (W3C) with a duration, in order and without copies of the text.
struct ServerTimingHeader: Sequence, IteratorProtocol {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  mutating func next() -> (name: Substring, milliseconds: Double)? {
    while !rest.isEmpty {
      var entry = Self.cut(&rest, at: UInt8(ascii: ","))
      let name = Self.trim(Self.cut(&entry, at: UInt8(ascii: ";")))
      while !entry.isEmpty {
        var parameter = Self.cut(&entry, at: UInt8(ascii: ";"))
        let key = Self.trim(Self.cut(&parameter, at: UInt8(ascii: "=")))
        guard key == "dur" else { continue }
        // An invalid duration makes no entry: the text is untrusted.
        guard let duration = Double(Self.trim(parameter)), duration.isFinite, duration >= 0, !name.isEmpty
        else {
          break
        }
        return (name, duration)
      }
    }
    return nil
  }

  /// Removes and returns the text before the separator, which counts only outside of quotes.
  private static func cut(_ text: inout Substring.UTF8View, at separator: UInt8) -> Substring.UTF8View {
    var isQuoted = false
    var index = text.startIndex
    while index != text.endIndex {
      let byte = text[index]
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == separator, !isQuoted { break }
      text.formIndex(after: &index)
    }
    defer { text = index == text.endIndex ? text[index...] : text[text.index(after: index)...] }
    return text[..<index]
  }

  private static func trim(_ text: Substring.UTF8View) -> Substring {
    func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    let text = text.drop(while: isSpace)
    var end = text.endIndex
    while end != text.startIndex, isSpace(text[text.index(before: end)]) { text.formIndex(before: &end) }
    return Substring(text[..<end])
  }
}
