import Basics
import Dataflow
import Foundation

/// The text of a pipeline's file, in which knobs are set and everything else stays as it is: comments, order, ends of lines.
public struct PipelineText: Sendable {
  /// As in `ServingSettings`.
  public typealias Knob = ServingSettings.Knob

  /// How the comment line begins that says where numbers come from.
  static let noteStart = "# drivetrain tune"

  private let file: String
  private let original: String
  /// Without the line feeds between them; with a carriage return at the end where there is one.
  private var lines: [String]
  /// What lines end with beside the line feed.
  private let carriageReturn: String

  /// - Parameter file: the path, for messages.
  public init(_ text: String, of file: String) {
    self.file = file
    original = text
    lines = Self.lines(of: text)
    carriageReturn = lines.count > 1 && lines[0].hasSuffix("\r") ? "\r" : ""
  }

  public var text: String { lines.joined(separator: "\n") }

  /// Sets knobs: in their lines, where they have some; the others below a comment at the end.
  ///
  /// - Parameter note: what the comment says.
  /// - Throws: `ConfigurationError` if a knob is written in a way that its line can't simply be replaced.
  public mutating func set(_ knobs: [Knob: Int], note: String) throws(ConfigurationError) {
    let entries = try ConfigurationNode(yaml: original, file: file).entries()
    var missing: [String] = []
    for knob in Knob.allCases {
      guard let value = knobs[knob] else { continue }
      guard let entry = entries.first(where: { $0.key == knob.rawValue }) else {
        missing.append("\(knob.rawValue): \(value)\(carriageReturn)")
        continue
      }
      guard replace(knob, by: value, at: entry.value.line - 1) else {
        throw entry.value.error(
          "'\(knob.rawValue)' can't be set here; write '\(knob.rawValue): auto' on a line of its own")
      }
    }
    add(missing, note: "\(Self.noteStart), " + note.split(whereSeparator: \.isNewline).joined(separator: " "))
    try check(knobs, entries)
  }

  /// What of a text says how a pipeline computes: without how it is served, comments and empty lines.
  static func essence(of text: String) -> String {
    lines(of: text).filter { line in
      let line = line.hasSuffix("\r") ? String(line.dropLast()) : line
      let isBare = line.hasPrefix("#") || line.allSatisfy { $0 == " " }
      return !isBare && !(key(of: line).map(ServingSettings.keys.contains) ?? false)
    }.joined(separator: "\n")
  }

  private mutating func replace(_ knob: Knob, by value: Int, at index: Int) -> Bool {
    guard lines.indices.contains(index) else { return false }
    let isReturned = lines[index].hasSuffix("\r")
    let line = isReturned ? String(lines[index].dropLast()) : lines[index]
    guard Self.key(of: line) == knob.rawValue,
      let match = line.wholeMatch(of: /([^:]+:\s+)["']?[\w+\-]+["']?((?:\s+#.*)?\s*)/)
    else { return false }
    lines[index] = "\(match.1)\(value)\(match.2)" + (isReturned ? "\r" : "")
    return true
  }

  private mutating func add(_ missing: [String], note: String) {
    let note = note + carriageReturn
    if let index = lines.firstIndex(where: { $0.hasPrefix(Self.noteStart) }) {
      lines[index] = note
      lines.insert(contentsOf: missing, at: index + 1)
      return
    }
    guard !missing.isEmpty else { return }
    // The last one is empty if the text ends with a line feed.
    if lines.last == "" { lines.removeLast() } else { lines[lines.count - 1] += carriageReturn }
    lines += [note] + missing + [""]
  }

  /// Whether the text says what it should, and all else that it said before.
  private func check(_ knobs: [Knob: Int], _ before: [(key: String, value: ConfigurationNode)])
    throws(ConfigurationError)
  {
    func others(_ entries: [(key: String, value: ConfigurationNode)]) -> [String: ConfigurationNode] {
      Dictionary(entries.filter { Knob(rawValue: $0.key) == nil }) { first, _ in first }
    }
    let after = try? ConfigurationNode(yaml: text, file: file).entries()
    let set = after.flatMap { try? ServingSettings(Dictionary($0) { first, _ in first }) }
    guard let after, let set, others(after) == others(before),
      knobs.allSatisfy({ set.knobs[$0.key] == $0.value })
    else {
      throw ConfigurationError(
        file: file,
        reason:
          "knobs can't be added without changing something else; write each key of the file at the beginning of a line, and a line feed at its end"
      )
    }
  }

  /// The key that a line at the top level begins with.
  private static func key(of line: String) -> String? {
    line.prefixMatch(of: /["']?(\w+)["']?\s*:(?:\s|$)/).map { String($0.1) }
  }

  /// A line feed ends a line, with a carriage return before it or not.
  private static func lines(of text: String) -> [String] {
    text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
      String(String.UnicodeScalarView($0))
    }
  }
}
