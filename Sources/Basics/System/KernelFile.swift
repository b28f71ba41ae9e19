/// A text file of the kernel's, in `/proc` or `/sys`: lines of a name and its value.
package struct KernelFile {
  package let lines: [Substring]

  /// Reads it; `nil` where the system has no such file.
  package init?(_ path: String) {
    guard let text = try? String.read(path, atMost: 16 << 20) else { return nil }
    lines = text.split(whereSeparator: \.isNewline)
  }

  /// The words behind a name at the beginning of a line, with or without a colon between them.
  package func words(of name: String) -> [Substring]? {
    for line in lines where line.hasPrefix(name) {
      let rest = line.dropFirst(name.count)
      guard let next = rest.first, next == ":" || next.isWhitespace else { continue }
      return rest.drop { $0 == ":" || $0.isWhitespace }.split(whereSeparator: \.isWhitespace)
    }
    return nil
  }

  /// The number behind a name.
  package func number(of name: String) -> Int? { words(of: name)?.first.flatMap { Int($0) } }

  /// The number that is the whole file.
  package var number: Int? { lines.first.flatMap { Int($0) } }
}
