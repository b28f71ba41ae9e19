import Basics

/// The stages that a graph file may use, by kind.
public struct StageRegistry: Sendable {
  public let kinds: [StageKind]

  public init(_ kinds: [StageKind]) { self.kinds = kinds }
}

/// A kind of stage that graph files can name in `use`.
public struct StageKind: Sendable {
  public let name: String
  /// The keys that a stage of this kind may have in a file.
  public let keys: [String]
  public let make: @Sendable (StageParameters) throws -> Stage

  public init(
    _ name: String, keys: [String] = [], make: @escaping @Sendable (StageParameters) throws -> Stage
  ) {
    self.name = name
    self.keys = keys
    self.make = make
  }
}

/// What a graph file says of one stage and of its neighbours.
public struct StageParameters {
  /// The stage's name in the graph.
  public let name: String
  /// The stage in the file, for errors about the stage as a whole.
  public let node: ConfigurationNode
  /// The values given, by key; only keys of the stage's kind.
  public let values: [String: ConfigurationNode]
  /// The types that feed the stage, in the order of the edges.
  public let inputTypes: [PortType]
  /// The stages that it feeds, so that a stage need not produce what nobody uses.
  public let consumers: [Neighbour]
  /// Settings of the program that builds the graph, such as a flag of the command line, by name.
  public let overrides: [String: String]

  /// A stage that feeds the one being made, or is fed by it.
  public struct Neighbour {
    public let kind: String
    public let values: [String: ConfigurationNode]
  }

  public func required(_ key: String) throws(ConfigurationError) -> ConfigurationNode {
    guard let value = values[key] else { throw node.error("\(node.path) needs the key '\(key)'") }
    return value
  }

  /// A path in the file is relative to the file.
  public func path(_ key: String) throws(ConfigurationError) -> String {
    try required(key).filePath()
  }
}
