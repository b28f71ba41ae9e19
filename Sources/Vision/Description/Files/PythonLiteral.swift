/// A literal of Python, as exporters write into metadata by `str`: read, never evaluated.
indirect enum PythonLiteral: Equatable, Sendable {
  case none
  case boolean(Bool)
  case integer(Int)
  case real(Double)
  case text(String)
  /// A list or a tuple.
  case list([PythonLiteral])
  case dictionary([(key: PythonLiteral, value: PythonLiteral)])

  /// - Returns: `nil` for everything that is no literal of these, such as a call or a name.
  init?(_ text: String) {
    var parser = Parser(text)
    guard let value = parser.value(depth: 0), parser.isAtEnd else { return nil }
    self = value
  }

  static func == (a: PythonLiteral, b: PythonLiteral) -> Bool {
    switch (a, b) {
    case (.none, .none): true
    case (.boolean(let a), .boolean(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.real(let a), .real(let b)): a == b
    case (.text(let a), .text(let b)): a == b
    case (.list(let a), .list(let b)): a == b
    case (.dictionary(let a), .dictionary(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }

  /// Whole numbers of a list, or one alone.
  var integers: [Int]? {
    switch self {
    case .integer(let number): [number]
    case .list(let list):
      list.reduce(into: [Int]?.some([])) { numbers, element in
        if case .integer(let number) = element { numbers?.append(number) } else { numbers = nil }
      }
    default: nil
    }
  }

  /// Texts by their numbers from 0, or a list of texts.
  var names: [String]? {
    let values: [PythonLiteral]
    switch self {
    case .list(let list): values = list
    case .dictionary(let entries):
      var numbered: [Int: PythonLiteral] = [:]
      for (key, value) in entries {
        guard case .integer(let number) = key, numbered.updateValue(value, forKey: number) == nil else {
          return nil
        }
      }
      values = (0..<entries.count).compactMap { numbered[$0] }
      guard values.count == entries.count else { return nil }
    default: return nil
    }
    var names: [String] = []
    for value in values {
      guard case .text(let name) = value else { return nil }
      names.append(name)
    }
    return names
  }

  private struct Parser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    /// Deeper than any exporter writes.
    private static let maximumDepth = 16

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    var isAtEnd: Bool {
      mutating get {
        skipSpaces()
        return position == scalars.count
      }
    }

    mutating func value(depth: Int) -> PythonLiteral? {
      skipSpaces()
      guard depth < Self.maximumDepth, let first = peek else { return nil }
      switch first {
      case "{": return dictionary(depth)
      case "[": return list("]", depth)
      case "(": return list(")", depth)
      case "'", "\"": return text().map { .text($0) }
      default: return word()
      }
    }

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func skipSpaces() {
      while let next = peek, next == " " || next == "\n" || next == "\r" || next == "\t" { position += 1 }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
      skipSpaces()
      guard peek == scalar else { return false }
      position += 1
      return true
    }

    private mutating func list(_ end: Unicode.Scalar, _ depth: Int) -> PythonLiteral? {
      position += 1
      var elements: [PythonLiteral] = []
      while !take(end) {
        if !elements.isEmpty {
          guard take(",") else { return nil }
          if take(end) { break }
        }
        guard let element = value(depth: depth + 1) else { return nil }
        elements.append(element)
      }
      return .list(elements)
    }

    private mutating func dictionary(_ depth: Int) -> PythonLiteral? {
      position += 1
      var entries: [(key: PythonLiteral, value: PythonLiteral)] = []
      while !take("}") {
        if !entries.isEmpty {
          guard take(",") else { return nil }
          if take("}") { break }
        }
        guard let key = value(depth: depth + 1), take(":"), let value = value(depth: depth + 1) else {
          return nil
        }
        entries.append((key, value))
      }
      return .dictionary(entries)
    }

    private mutating func word() -> PythonLiteral? {
      let start = position
      while let next = peek, next.properties.isAlphabetic || "+-._0123456789".unicodeScalars.contains(next) {
        position += 1
      }
      var word = ""
      word.unicodeScalars.append(contentsOf: scalars[start..<position])
      switch word {
      case "None": return PythonLiteral.none
      case "True": return .boolean(true)
      case "False": return .boolean(false)
      default:
        if let number = Int(word) { return .integer(number) }
        guard word.contains(where: \.isNumber), let number = Double(word), number.isFinite else { return nil }
        return .real(number)
      }
    }

    private mutating func text() -> String? {
      let quote = scalars[position]
      position += 1
      var text = String.UnicodeScalarView()
      while let next = peek {
        position += 1
        if next == quote { return String(text) }
        guard next == "\\" else {
          guard next != "\n" else { return nil }
          text.append(next)
          continue
        }
        guard let scalar = escape() else { return nil }
        text.append(scalar)
      }
      return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
      guard let kind = peek else { return nil }
      position += 1
      switch kind {
      case "\\", "'", "\"": return kind
      case "n": return "\n"
      case "t": return "\t"
      case "r": return "\r"
      case "x": return hexadecimal(2)
      case "u": return hexadecimal(4)
      case "U": return hexadecimal(8)
      default: return nil
      }
    }

    private mutating func hexadecimal(_ count: Int) -> Unicode.Scalar? {
      guard scalars.count - position >= count else { return nil }
      let digits = scalars[position..<(position + count)]
      position += count
      guard digits.allSatisfy({ $0.properties.isASCIIHexDigit }) else { return nil }
      var text = ""
      text.unicodeScalars.append(contentsOf: digits)
      return UInt32(text, radix: 16).flatMap(Unicode.Scalar.init)
    }
  }
}
