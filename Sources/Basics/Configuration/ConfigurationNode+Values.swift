import Yams

extension ConfigurationNode {
  public func string() throws(ConfigurationError) -> String {
    guard let scalar = node.scalar else { throw error("\(path) must be text") }
    return scalar.string
  }

  /// A name for logs, paths and clients.
  public func name() throws(ConfigurationError) -> String {
    let name = try string()
    if let flaw = name.flawAsName { throw error("\(path) \(flaw); choose another name") }
    return name
  }

  /// The path of another file, relative to this one.
  public func filePath() throws(ConfigurationError) -> String {
    let path = try string()
    guard !path.isEmpty, !path.utf8.contains(0), path.utf8.count <= Self.longestPath else {
      throw error("\(self.path) is \(shown), which is no path of a file")
    }
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    return String(file[...slash]) + path
  }

  public func boolean() throws(ConfigurationError) -> Bool {
    guard let value = node.bool else { throw error("\(path) must be true or false, not \(shown)") }
    return value
  }

  /// Bytes, without the zero at the end: the system's limit.
  private static let longestPath = 4095

  /// One of the names of an enumeration.
  public func choice<Value: RawRepresentable & CaseIterable>(of type: Value.Type = Value.self)
    throws(ConfigurationError) -> Value where Value.RawValue == String
  {
    let name = try string()
    if let value = Value(rawValue: name) { return value }
    let names = Value.allCases.map(\.rawValue)
    let hint = name.nearest(in: names).map { "; did you mean '\($0)'?" } ?? ""
    throw error("\(path) is \(shown); it must be \(names.joined(separator: " or "))\(hint)")
  }

  public func list() throws(ConfigurationError) -> [ConfigurationNode] {
    guard let sequence = node.sequence else { throw error("\(path) must be a list") }
    return sequence.enumerated().map { index, element in
      ConfigurationNode(node: element, file: file, path: "\(path)[\(index)]")
    }
  }

  /// The keys and values of a mapping, in the file's order.
  public func entries() throws(ConfigurationError) -> [(key: String, value: ConfigurationNode)] {
    guard let mapping = node.mapping else { throw error("\(path) must be a mapping of keys to values") }
    var entries: [(key: String, value: ConfigurationNode)] = []
    for (key, value) in mapping {
      guard let name = key.string else { throw error("\(path) has a key that is not text") }
      entries.append(
        (
          name,
          ConfigurationNode(
            node: value, file: file, path: "'\(name.printable(atMost: 60))' of \(path)", line: key.mark?.line)
        ))
    }
    return entries
  }

  /// The values of a mapping by key. Unknown keys are refused.
  public func mapping(keys known: [String]) throws(ConfigurationError) -> [String: ConfigurationNode] {
    var values: [String: ConfigurationNode] = [:]
    for (key, value) in try entries() {
      guard known.contains(key) else {
        let hint = key.hint(
          among: known,
          otherwise: known.isEmpty ? "it takes none" : "known are \(known.joined(separator: ", "))")
        throw value.error("unknown key '\(key.printable(atMost: 60))' in \(path); \(hint)")
      }
      values[key] = value
    }
    return values
  }

  /// Whether the value is left out, as in `label:` alone on its line.
  public var isNull: Bool { node.null != nil && node.scalar?.style == .plain }

  /// The same value, called by another name in messages.
  public func named(_ path: String) -> ConfigurationNode {
    ConfigurationNode(node: node, file: file, path: path, line: line)
  }

  /// The value in messages.
  var shown: String { node.scalar.map { "'\($0.string.printable(atMost: 60))'" } ?? "a list or a mapping" }
}
