import Basics
import Dataflow
import Foundation

/// The text of a pipeline's file, whose knobs can be set while comments, order and line endings stay.
public struct PipelineText: Sendable {
  /// As in `ServingSettings`.
  public typealias Knob = ServingSettings.Knob

  /// The beginning of the comment line that states the origin of numbers.
  static let noteStart = "# drivetrain tune"

  private let file: String
  private let original: String
  /// The lines without their line feeds; a carriage return at the end stays.
  private var lines: [String]
  /// The carriage return before line feeds, or nothing.
  private let carriageReturn: String

  /// - Parameter file: the path, for messages.
  public init(_ text: String, of file: String) {
    self.file = file
    original = text
    lines = Self.lines(of: text)
    carriageReturn = lines.count > 1 && lines[0].hasSuffix("\r") ? "\r" : ""
  }

  public var text: String { lines.joined(separator: "\n") }

  /// Sets knobs in their lines, where present, and the others below a comment at the end.
  ///
  /// - Parameter note: the comment's text.
  /// - Throws: `ConfigurationError` if a knob's line can't simply be replaced.
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

  /// The part of a text that describes the computation: no serving settings, comments or empty lines.
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

  /// Checks that the text has the new values, and everything else that it had before.
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

  /// The key at the beginning of a line at the top level.
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
