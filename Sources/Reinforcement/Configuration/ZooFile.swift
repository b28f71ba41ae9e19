import Basics
import Dataflow

/// A file in the format of RL Zoo's `hyperparams`: an entry for each environment, and `default` for others.
struct ZooFile {
  private let file: String
  /// Each entry's name, first line, and text.
  private let entries: [(name: String, line: Int, text: String)]

  /// `nil` if the text has another format: an unindented key has a value on its line, or a list below it.
  ///
  /// Entries are separated by indentation, so a fault in one doesn't affect the others.
  init?(_ text: String, file: String) {
    self.file = file
    var entries: [(name: String, line: Int, text: String)] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let content = line.drop { $0 == " " }
      let isBlank = content.isEmpty || content.hasPrefix("#") || content == "\r"
      if isBlank || line.first == " " {
        guard !entries.isEmpty else { continue }
        entries[entries.count - 1].text += line + "\n"
        continue
      }
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let rest = line[line.index(after: colon)...].drop { " \r".contains($0) }
      // An anchor or a comment may follow the name.
      guard rest.isEmpty || rest.hasPrefix("&") || rest.hasPrefix("#") else { return nil }
      entries.append((String(line[..<colon]).trimmingQuotes, index + 1, ""))
    }
    guard !entries.isEmpty, entries.allSatisfy({ $0.text.contains(": ") }) else { return nil }
    self.entries = entries
  }

  /// The settings of an environment.
  ///
  /// - Parameter environment: `nil`: the file's only supported one.
  /// - Throws: `ConfigurationError` if there is none, or several.
  func entry(for environment: String?) throws(ConfigurationError) -> (
    environment: String, settings: ConfigurationNode
  ) {
    let known = entries.map(\.name).filter(EnvironmentRegistry.names.contains)
    guard let name = environment ?? (known.count == 1 ? known[0] : nil) else {
      let which =
        known.isEmpty
        ? "none of its entries is of an environment that is known here (\(EnvironmentRegistry.names.joined(separator: ", ")))"
        : "it has entries for \(known.joined(separator: ", ")); choose one by --set environment=\(known[0])"
      throw ConfigurationError(file: file, reason: which)
    }
    guard
      let entry = entries.first(where: { $0.name == name }) ?? entries.first(where: { $0.name == "default" })
    else {
      throw ConfigurationError(
        file: file, reason: "it has no entry for \(name); \(name.hint(among: entries.map(\.name)))")
    }
    guard !entry.text.contains("<<:") else {
      throw ConfigurationError(
        file: file, line: entry.line,
        reason: "the entry for \(name) takes settings over from another one ('<<'); write them out")
    }
    // Keeps the line numbers of the file.
    let lines = String(repeating: "\n", count: entry.line)
    return (name, try ConfigurationNode(yaml: lines + entry.text, file: file))
  }
}

extension String {
  fileprivate var trimmingQuotes: String {
    guard count > 1, let first, first == last, "'\"".contains(first) else { return self }
    return String(dropFirst().dropLast())
  }
}
