import Basics
import Dataflow

/// A setting of an experiment: its key in a file, its valid values, and its place in a configuration.
///
/// A type lists its settings once. Reading files, `--set`, refusing unknown keys and writing checkpoints all
/// use the list.
public struct Setting<Root: Sendable>: Sendable {
  public let key: String
  let read: @Sendable (ConfigurationNode, inout Root) throws(ConfigurationError) -> Void
  /// The value as YAML.
  let text: @Sendable (Root) -> String

  private init(
    _ key: String,
    read: @escaping @Sendable (ConfigurationNode, inout Root) throws(ConfigurationError) -> Void,
    text: @escaping @Sendable (Root) -> String
  ) {
    self.key = key
    self.read = read
    self.text = text
  }

  /// The place of a setting in a configuration.
  public typealias Path<Value> = any WritableKeyPath<Root, Value> & Sendable

  /// A setting with its parser and its formatter.
  private init<Value>(
    _ key: String, _ path: Path<Value>, text: @escaping @Sendable (Value) -> String = { "\($0)" },
    parse: @escaping @Sendable (ConfigurationNode) throws(ConfigurationError) -> Value
  ) {
    self.init(
      key, read: { node, root throws(ConfigurationError) in root[keyPath: path] = try parse(node) },
      text: { text($0[keyPath: path]) })
  }

  public static func integer(_ key: String, _ path: Path<Int>, in range: ClosedRange<Int>) -> Setting {
    Setting(key, path) { node throws(ConfigurationError) in try node.integer(in: range) }
  }

  /// An integer from 1 on, or −1 with a special meaning.
  public static func count(_ key: String, _ path: Path<Int>, upTo limit: Int) -> Setting {
    Setting(key, path) { node throws(ConfigurationError) in
      let value = try node.integer(in: -1...limit)
      guard value != 0 else { throw node.error("\(node.path) is 0; it must be at least 1, or -1") }
      return value
    }
  }

  public static func number(_ key: String, _ path: Path<Double>, in range: ClosedRange<Double>) -> Setting {
    Setting(key, path) { node throws(ConfigurationError) in try node.number(in: range) }
  }

  public static func positive(_ key: String, _ path: Path<Double>, upTo limit: Double) -> Setting {
    Setting(key, path) { node throws(ConfigurationError) in
      let value = try node.number()
      guard value > 0, value <= limit else {
        throw node.error("\(node.path) is \(value); it must be above 0 and at most \(limit)")
      }
      return value
    }
  }

  public static func boolean(_ key: String, _ path: Path<Bool>) -> Setting {
    Setting(key, path) { node throws(ConfigurationError) in try node.boolean() }
  }

  /// - Parameter synonyms: other names of values.
  public static func choice<Value: RawRepresentable & CaseIterable & SendableMetatype & Sendable>(
    _ key: String, _ path: Path<Value>, synonyms: [String: Value] = [:]
  ) -> Setting where Value.RawValue == String {
    Setting(
      key, path, text: { $0.rawValue },
      parse: { node throws(ConfigurationError) in
        if let name = try? node.string(), let value = synonyms[name] { return value }
        return try node.choice()
      })
  }

  public static func integers(
    _ key: String, _ path: Path<[Int]>, count: ClosedRange<Int>, in range: ClosedRange<Int>
  ) -> Setting {
    Setting(key, path) { node throws(ConfigurationError) in
      var values: [Int] = []
      for element in try node.list() { values.append(try element.integer(in: range)) }
      guard count.contains(values.count) else {
        throw node.error(
          "\(node.path) has \(values.count) numbers; it must have \(count.lowerBound) to \(count.upperBound)")
      }
      return values
    }
  }

  /// Checks that a file may have the value.
  ///
  /// - Throws: `ConfigurationError` as for the file.
  func check(_ root: Root) throws(ConfigurationError) {
    var copy = root
    try read(ConfigurationNode(yaml: text(root), file: "settings").named("'\(key)'"), &copy)
  }

  /// The setting in a larger type that contains a `Root`.
  func lifted<Whole: Sendable>(to path: any WritableKeyPath<Whole, Root> & Sendable) -> Setting<Whole> {
    Setting<Whole>(
      key, read: { node, whole throws(ConfigurationError) in try read(node, &whole[keyPath: path]) },
      text: { text($0[keyPath: path]) })
  }
}
